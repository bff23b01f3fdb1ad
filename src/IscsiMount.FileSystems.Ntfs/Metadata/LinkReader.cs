using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>Reads where a link points, in whichever of the forms it is written.</summary>
internal sealed class LinkReader(FileStore files, MetadataReader metadata)
{
    public async ValueTask<FsResult<LinkTarget>> ReadAsync(MftFile file, CancellationToken cancellationToken)
    {
        if (file.Properties.Kind != FileKind.SymbolicLink)
        {
            return FsStatus.InvalidArgument;
        }

        if (await metadata.FindReparseAsync(file, cancellationToken) is { Length: >= ReparseHeader.Length } reparse
            && ReparseTag.KindOf(ReparseHeader.Read(reparse).Tag) == FileKind.SymbolicLink)
        {
            return ReparseLink.TargetOf(reparse) is { } target ? target : FsStatus.DamagedFile;
        }

        StreamMap? data = files.FindStream(file, AttributeType.Data, []);
        if (data is null)
        {
            return FsStatus.DamagedFile;
        }

        byte[] content = await files.Reader.ReadAllAsync(data, InterixFile.LengthMax, cancellationToken);
        return ReparseLink.FromLinux(InterixFile.TargetOf(content));
    }
}
