using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>Reads where a link points, in whichever of the forms it is written.</summary>
internal static class LinkReader
{
    // LIMIT: Windows takes 16 KiB.
    private const int ReparseSizeMax = 64 * 1024;

    /// <summary>The target of a file that is a link by its kind; null if it is damaged.</summary>
    public static async ValueTask<LinkTarget?> ReadAsync(
        MftFile file, FileStore files, CancellationToken cancellationToken)
    {
        byte[]? reparse = await files.ReadValueAsync(
            file, AttributeType.ReparsePoint, ReparseSizeMax, cancellationToken);
        if (reparse is { Length: >= ReparseHeader.Length }
            && ReparseTag.KindOf(ReparseHeader.Read(reparse).Tag) == FileKind.SymbolicLink)
        {
            return ReparseLink.TargetOf(reparse);
        }

        StreamMap? data = files.FindStream(file, AttributeType.Data, []);
        if (data is null)
        {
            return null;
        }

        byte[] content = await files.Reader.ReadAllAsync(data, InterixFile.LengthMax, cancellationToken);
        return ReparseLink.FromLinux(InterixFile.TargetOf(content));
    }

    /// <summary>Bytes of a target in UTF-8, where an unpaired surrogate takes three.</summary>
    public static int SizeOf(LinkTarget target)
    {
        ReadOnlySpan<char> path = target.Path;
        int size = 0;
        for (int i = 0; i < path.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(path[i]) && i + 1 < path.Length && char.IsLowSurrogate(path[i + 1]);
            size += isPair ? 4 : path[i] < 0x80 ? 1 : path[i] < 0x800 ? 2 : 3;
            i += isPair ? 1 : 0;
        }

        return size;
    }
}
