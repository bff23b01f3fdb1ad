using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Metadata;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>Gives files by their reference, with all of their attributes and what callers ask for most.</summary>
internal sealed class FileStore(RecordStore records, ExtentReader reader, VolumeGeometry geometry)
{
    public RecordStore Records => records;

    public ExtentReader Reader => reader;

    public VolumeGeometry Geometry => geometry;

    /// <summary>The file of a reference.</summary>
    /// <returns><see cref="FsStatus.StaleReference"/> if the record is free or holds another file by now.</returns>
    /// <exception cref="DamagedMediumException">The file is damaged.</exception>
    public ValueTask<FsResult<MftFile>> GetAsync(FileId id, CancellationToken cancellationToken)
    {
        if (records.TryGetCached(id.Number, out MftRecord? record) && record is { IsInUse: true, File: { } file }
            && record.Header.Sequence == id.Generation)
        {
            return new ValueTask<FsResult<MftFile>>(file);
        }

        return LoadAsync(id, cancellationToken);
    }

    /// <summary>A file of the format itself, which has a fixed number.</summary>
    public async ValueTask<MftFile> GetSystemFileAsync(SystemFile number, CancellationToken cancellationToken)
    {
        MftRecord? record = await records.GetAsync((ulong)number, cancellationToken);
        Medium.Holds(record is { IsInUse: true, IsBase: true }, $"${number}", "its record is not in use");
        return record.File ?? await AssembleAsync(record, cancellationToken);
    }

    /// <summary>The map of an attribute, or null if the file does not have it.</summary>
    public StreamMap? FindStream(MftFile file, AttributeType type, ReadOnlySpan<char> name)
    {
        ReadOnlyMemory<AttributePiece> pieces = file.Find(type, name);
        return pieces.IsEmpty ? null : StreamMap.From(pieces.Span, geometry);
    }

    /// <summary>The whole value of an attribute, or null if the file does not have it.</summary>
    public async ValueTask<byte[]?> ReadValueAsync(
        MftFile file, AttributeType type, int sizeMax, CancellationToken cancellationToken)
    {
        return FindStream(file, type, []) is { } map
            ? await reader.ReadAllAsync(map, sizeMax, cancellationToken)
            : null;
    }

    private async ValueTask<FsResult<MftFile>> LoadAsync(FileId id, CancellationToken cancellationToken)
    {
        MftRecord? record = await records.GetAsync(id.Number, cancellationToken);
        if (record is not { IsInUse: true, IsBase: true } || record.Header.Sequence != id.Generation)
        {
            return FsStatus.StaleReference;
        }

        return record.File ?? await AssembleAsync(record, cancellationToken);
    }

    private async ValueTask<MftFile> AssembleAsync(MftRecord record, CancellationToken cancellationToken)
    {
        var file = MftFile.Simple(record);
        int footprint = file.Pieces.Length * 64;
        if (AttributeList.FindIn(record) is { } list)
        {
            List<AttributeListEntry> entries =
                await AttributeList.ReadAsync(list, reader, geometry, cancellationToken);
            file = await AttributeList.AssembleAsync(record, entries, records, cancellationToken);
            footprint = Footprint(file);
        }

        FileProperties properties = await FileDescription.DescribeAsync(file, this, cancellationToken);
        record.File = file.With(properties);
        records.Grow(record.Number, footprint);
        return record.File!;
    }

    /// <summary>The memory of a file that keeps its extension records alive.</summary>
    private static int Footprint(MftFile file)
    {
        var holders = new HashSet<MftRecord>();
        foreach (AttributePiece piece in file.Pieces)
        {
            holders.Add(piece.Record);
        }

        return (file.Pieces.Length * 64) + holders.Sum(holder => holder.Footprint);
    }
}

/// <summary>The files of the format itself, by the numbers of their records.</summary>
internal enum SystemFile
{
    Mft = 0,
    MftMirr = 1,
    LogFile = 2,
    Volume = 3,
    AttrDef = 4,
    Root = 5,
    Bitmap = 6,
    Boot = 7,
    BadClus = 8,
    Secure = 9,
    UpCase = 10,
    Extend = 11,
}
