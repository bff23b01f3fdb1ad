using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Images;

/// <summary>
/// One attribute as it will stand in a record: its bytes, head included. Immutable; a change makes another.
/// </summary>
internal sealed class AttributeImage
{
    private const int ResidentHeadSize = 0x18;
    private const int InstanceOffset = 0x0E;

    private readonly byte[] _bytes;

    public AttributeImage(byte[] bytes)
    {
        _bytes = bytes;
        Header = AttributeHeader.Read(bytes);
    }

    public AttributeHeader Header { get; }

    public AttributeType Type => Header.Type;

    public bool IsNonResident => Header.IsNonResident;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<byte> NameUnits => _bytes.AsSpan(Header.NameOffset, Header.NameLength * 2);

    /// <summary>The value of a resident attribute.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            Medium.Holds(!IsNonResident, "attribute", "it should be resident");
            var header = ResidentHeader.Read(_bytes);
            return _bytes.AsSpan(header.ValueOffset, header.ValueLength);
        }
    }

    /// <summary>The clusters of a non-resident attribute that lies in one piece in its record.</summary>
    public List<Extent> Extents(VolumeGeometry geometry)
    {
        var header = NonResidentHeader.Read(_bytes, Header.Flags);
        Medium.Holds(header.FirstVcn == 0, "attribute", "its first piece is missing");
        var extents = new List<Extent>();
        RunList.Append(
            _bytes.AsSpan(header.RunListOffset),
            extents,
            new RunLimits(geometry.ClusterCount, geometry.StreamClusterCountMax));
        return extents;
    }

    public static AttributeImage Resident(AttributeKey key, ReadOnlySpan<byte> value)
    {
        int valueOffset = Align(ResidentHeadSize + (key.NameUnits.Length));
        byte[] bytes = new byte[Align(valueOffset + value.Length)];
        WriteHead(bytes, key, ResidentHeadSize, isNonResident: false, AttributeFlags.None);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x10), value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(0x14), (ushort)valueOffset);

        // COMPAT: a name that is not marked as indexed is corrupt to chkdsk.
        bytes[0x16] = key.Type == AttributeType.FileName ? (byte)1 : (byte)0;
        value.CopyTo(bytes.AsSpan(valueOffset));
        return new AttributeImage(bytes);
    }

    public static AttributeImage NonResident(AttributeKey key, StreamShape shape)
    {
        int headSize = shape.HasTotal ? NonResidentHeader.LengthWithTotal : NonResidentHeader.LengthMin;
        int runsOffset = Align(headSize + key.NameUnits.Length);
        byte[] runs = RunList.Encode(shape.Extents);
        byte[] bytes = new byte[Align(runsOffset + runs.Length)];
        WriteHead(bytes, key, headSize, isNonResident: true, shape.Flags);
        new NonResidentHeader
        {
            FirstVcn = 0,
            LastVcn = shape.ClusterCount - 1,
            RunListOffset = runsOffset,
            CompressionUnit = shape.CompressionUnit,
            AllocatedSize = shape.AllocatedSize,
            DataSize = shape.DataSize,
            InitializedSize = shape.InitializedSize,
            TotalAllocated = shape.TotalAllocated,
        }.Write(bytes, shape.HasTotal);
        runs.CopyTo(bytes.AsSpan(runsOffset));
        return new AttributeImage(bytes);
    }

    /// <summary>Whether this is the attribute of a type and name.</summary>
    public bool Is(AttributeType type, ReadOnlySpan<byte> nameUnits) =>
        Type == type && NameUnits.SequenceEqual(nameUnits);

    public AttributeImage WithInstance(ushort instance)
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(InstanceOffset), instance);
        return new AttributeImage(bytes);
    }

    private static void WriteHead(
        Span<byte> bytes, AttributeKey key, int nameOffset, bool isNonResident, AttributeFlags flags)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)key.Type);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[0x04..], bytes.Length);
        bytes[0x08] = isNonResident ? (byte)1 : (byte)0;
        bytes[0x09] = (byte)(key.NameUnits.Length / 2);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[0x0A..], (ushort)nameOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[0x0C..], (ushort)flags);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[InstanceOffset..], key.Instance);
        key.NameUnits.CopyTo(bytes[nameOffset..]);
    }

    private static int Align(int size) => (size + 7) / 8 * 8;
}

/// <summary>What an attribute is called in its record.</summary>
internal readonly ref struct AttributeKey(AttributeType type, ReadOnlySpan<byte> nameUnits, ushort instance)
{
    public AttributeType Type { get; } = type;

    public ReadOnlySpan<byte> NameUnits { get; } = nameUnits;

    /// <summary>The number that tells apart the attributes of a record.</summary>
    public ushort Instance { get; } = instance;
}
