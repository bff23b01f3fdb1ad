using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>Tells what callers ask of every file, from the places that are true: not from copies of names.</summary>
internal static class FileDescription
{
    // Records below this number belong to the format.
    private const ulong SystemFileCount = 24;

    public static async ValueTask<FileProperties> DescribeAsync(
        MftFile file, FileStore files, CancellationToken cancellationToken)
    {
        StandardInformation standard = file.ReadStandardInformation();
        StreamMap? data = file.IsDirectory ? null : files.FindStream(file, AttributeType.Data, []);
        FileKind kind = await KindOfAsync(file, standard, data, files, cancellationToken);
        return new FileProperties
        {
            Id = file.Base.Reference.Id,
            Kind = kind,
            SizeBytes = await SizeOfAsync(kind, file, data, files, cancellationToken),
            AllocatedBytes = data?.TotalAllocatedBytes ?? 0,
            LinkCount = CountNames(file),
            DosAttributes = (uint)AttributesOf(file, standard),
            CreatedAt = standard.CreatedAt,
            ModifiedAt = standard.ModifiedAt,
            ChangedAt = standard.ChangedAt,
            AccessedAt = standard.AccessedAt,
        };
    }

    private static async ValueTask<long> SizeOfAsync(
        FileKind kind, MftFile file, StreamMap? data, FileStore files, CancellationToken cancellationToken)
    {
        if (kind != FileKind.SymbolicLink)
        {
            return data?.SizeBytes ?? 0;
        }

        return await LinkReader.ReadAsync(file, files, cancellationToken) is { } target ? LinkReader.SizeOf(target) : 0;
    }

    /// <summary>The names that listings show: the 8.3 twins are not counted.</summary>
    private static uint CountNames(MftFile file)
    {
        uint count = 0;
        foreach (AttributePiece piece in file.Pieces)
        {
            bool isName = piece.Type == AttributeType.FileName;
            count += isName && FileNameKey.Read(piece.Value.Span).Namespace != FileNamespace.Dos ? 1u : 0;
        }

        return count;
    }

    private static DosAttributes AttributesOf(MftFile file, StandardInformation standard)
    {
        DosAttributes own = standard.Attributes & ~(DosAttributes.HasFileNameIndex | DosAttributes.HasViewIndex);
        return file.IsDirectory ? own | DosAttributes.Directory : own & ~DosAttributes.Directory;
    }

    private static async ValueTask<FileKind> KindOfAsync(
        MftFile file,
        StandardInformation standard,
        StreamMap? data,
        FileStore files,
        CancellationToken cancellationToken)
    {
        if (files.FindStream(file, AttributeType.ReparsePoint, []) is { } reparse
            && reparse.SizeBytes >= ReparseHeader.Length)
        {
            byte[] head = await ReadHeadAsync(reparse, ReparseHeader.Length, files.Reader, cancellationToken);
            if (ReparseTag.KindOf(ReparseHeader.Read(head).Tag) is { } kind)
            {
                return kind;
            }
        }

        if (file.IsDirectory)
        {
            return FileKind.Directory;
        }

        // The files of the format have the system bit too; none of them is special in the sense of POSIX.
        bool maySpecial = (standard.Attributes & DosAttributes.System) != 0
            && data is { IsEncrypted: false, SizeBytes: <= InterixFile.LengthMax }
            && file.Base.Number >= SystemFileCount;
        if (!maySpecial)
        {
            return FileKind.File;
        }

        int headLength = (int)Math.Min(data!.SizeBytes, InterixFile.MagicLength);
        byte[] content = await ReadHeadAsync(data, headLength, files.Reader, cancellationToken);
        return InterixFile.KindOf(data.SizeBytes, content, (standard.Attributes & DosAttributes.Hidden) != 0);
    }

    private static async ValueTask<byte[]> ReadHeadAsync(
        StreamMap map, int length, ExtentReader reader, CancellationToken cancellationToken)
    {
        byte[] head = new byte[length];
        await reader.ReadAsync(map, 0, length, head, cancellationToken);
        return head;
    }
}
