using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>A stream of a record that is being changed.</summary>
internal sealed class StreamImage
{
    private readonly Change _change;
    private readonly byte[] _name;

    private StreamImage(Change change, RecordImage record, byte[] name, AttributeImage attribute)
    {
        _change = change;
        Record = record;
        _name = name;
        if (attribute.IsNonResident)
        {
            Shape = ShapeOf(attribute);
        }
        else
        {
            Value = attribute.Value.ToArray();
        }
    }

    public RecordImage Record { get; }

    /// <summary>The content of a stream that lies in its record; else null.</summary>
    public byte[]? Value { get; }

    /// <summary>The clusters of a stream that has some; else null.</summary>
    public StreamShape? Shape { get; }

    public long SizeBytes => Value?.Length ?? Shape!.DataSize;

    private int ClusterSize => _change.Context.Geometry.ClusterSize;

    /// <summary>Finds a stream that can be changed.</summary>
    public static async ValueTask<FsResult<StreamImage>> FindAsync(
        Change change, FileId file, byte[] name, CancellationToken cancellationToken)
    {
        if (await change.FindAsync(file, cancellationToken) is not { } record)
        {
            return FsStatus.StaleReference;
        }

        if (record.HasAttributeList)
        {
            return FsStatus.NotSupported;
        }

        if (record.Find(AttributeType.Data, name) is not { } attribute)
        {
            return FsStatus.NoSuchAttribute;
        }

        if ((attribute.Header.Flags & AttributeFlags.Encrypted) != 0)
        {
            return FsStatus.EncryptedContent;
        }

        return attribute.Header.Flags == AttributeFlags.None
            ? new StreamImage(change, record, name, attribute)
            : FsStatus.NotSupported;
    }

    /// <summary>Puts content into the record. False means that it has no room; the record is as before.</summary>
    public bool TrySetValue(ReadOnlySpan<byte> value)
    {
        Record.SetResident(AttributeType.Data, _name, value);
        if (Record.Fits)
        {
            return true;
        }

        Record.SetResident(AttributeType.Data, _name, Value);
        return false;
    }

    public void SetShape(StreamShape shape) => Record.SetNonResident(AttributeType.Data, _name, shape);

    /// <summary>The clusters that a stream needs to be this long, beside those that it has.</summary>
    public long MissingClusters(long sizeBytes) =>
        ((sizeBytes + ClusterSize - 1) / ClusterSize) - (Shape?.ClusterCount ?? 0);

    /// <summary>The shape with more clusters; that of content in the record begins with none.</summary>
    public StreamShape Extend(IEnumerable<Extent> taken) => (Shape ?? StreamShape.Empty(ClusterSize)).Append(taken);

    /// <summary>Where more clusters should lie.</summary>
    public long? Goal => Shape is { Extents: [.., { IsHole: false } last] } ? last.Lcn + last.ClusterCount : null;

    private StreamShape ShapeOf(AttributeImage attribute)
    {
        var header = NonResidentHeader.Read(attribute.Bytes, attribute.Header.Flags);
        var shape = new StreamShape
        {
            Flags = attribute.Header.Flags,
            CompressionUnit = header.CompressionUnit,
            ClusterSize = ClusterSize,
            Extents = [.. attribute.Extents(_change.Context.Geometry)],
            DataSize = header.DataSize,
            InitializedSize = header.InitializedSize,
        };
        Primitives.Medium.Holds(
            shape.InitializedSize >= 0 && shape.InitializedSize <= shape.DataSize
                && shape.DataSize <= shape.AllocatedSize,
            "stream",
            "its sizes contradict each other");
        return shape;
    }
}
