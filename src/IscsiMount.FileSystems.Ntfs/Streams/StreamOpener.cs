using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Metadata;
using IscsiMount.FileSystems.Ntfs.ReadAhead;
using IscsiMount.FileSystems.Ntfs.Records;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>Opens the streams of files, and refuses those whose content this engine cannot give.</summary>
internal sealed class StreamOpener(FileStore files, ReadAheadPool pool, CancellationToken lifetime)
{
    // The only compression that was ever used within the format: LZNT1.
    private const AttributeFlags Lznt1Compression = AttributeFlags.Compressed;

    public async ValueTask<FsResult<IOpenFile>> OpenAsync(
        MftFile file, ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        bool isMain = name.IsEmpty;
        if (isMain && file.IsDirectory)
        {
            return FsStatus.IsADirectory;
        }

        if (files.FindStream(file, AttributeType.Data, name.Span) is not { } map)
        {
            return isMain ? FsStatus.DamagedFile : FsStatus.NoSuchAttribute;
        }

        FsStatus status = Judge(map);
        if (status == FsStatus.Ok && isMain)
        {
            status = await JudgeReparseAsync(file, cancellationToken);
        }

        return status == FsStatus.Ok ? new OpenStream(map, files.Reader, AheadOf(map)) : status;
    }

    /// <summary>The named streams of a file.</summary>
    public static FsResult<IReadOnlyList<StreamEntry>> List(MftFile file)
    {
        var streams = new List<StreamEntry>();
        ReadOnlySpan<AttributePiece> pieces = file.Pieces;
        for (int i = 0; i < pieces.Length; i += file.CountFrom(i))
        {
            if (pieces[i].Type == AttributeType.Data && !pieces[i].NameUnits.IsEmpty)
            {
                streams.Add(EntryOf(pieces[i]));
            }
        }

        return streams;
    }

    private StreamAhead? AheadOf(StreamMap map) =>
        map.Resident is null && pool.IsEnabled ? new StreamAhead(map, files.Reader, pool, lifetime) : null;

    private static StreamEntry EntryOf(AttributePiece piece)
    {
        string name = NameUnits.ToString(piece.NameUnits);
        if (!piece.IsNonResident)
        {
            return new StreamEntry(name, piece.Value.Length, 0);
        }

        NonResidentHeader header = piece.NonResident;
        return new StreamEntry(name, header.DataSize, header.TotalAllocated);
    }

    private static FsStatus Judge(StreamMap map)
    {
        if (map.IsEncrypted)
        {
            return FsStatus.EncryptedContent;
        }

        AttributeFlags compression = map.Flags & AttributeFlags.CompressionMask;
        return compression is AttributeFlags.None or Lznt1Compression
            ? FsStatus.Ok
            : FsStatus.UnsupportedCompression;
    }

    private async ValueTask<FsStatus> JudgeReparseAsync(MftFile file, CancellationToken cancellationToken)
    {
        if (files.FindStream(file, AttributeType.ReparsePoint, []) is not { } reparse
            || reparse.SizeBytes < ReparseHeader.Length)
        {
            return FsStatus.Ok;
        }

        byte[] head = new byte[ReparseHeader.Length];
        await files.Reader.ReadAsync(reparse, 0, head.Length, head, cancellationToken);
        if (ReparseTag.HidesContent(ReparseHeader.Read(head).Tag))
        {
            return FsStatus.UnsupportedCompression;
        }

        // A file whose content is kept elsewhere says so by its attributes; once it was fetched they are gone.
        var elsewhere = (DosAttributes)file.Properties.DosAttributes
            & (DosAttributes.Offline | DosAttributes.RecallOnDataAccess);
        return elsewhere == DosAttributes.None ? FsStatus.Ok : FsStatus.NotSupported;
    }
}
