using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>Reads the descriptions of a file that a backup carries along.</summary>
internal sealed class MetadataReader(FileStore files, SecurityStore security)
{
    // LIMIT: each is the largest that Windows takes, with room: descriptors and attributes 64 KiB, reparse points 16.
    private const int DescriptorSizeMax = 256 * 1024;
    private const int ReparseSizeMax = 64 * 1024;
    private const int ExtendedAttributesSizeMax = 256 * 1024;
    private const int ObjectIdSizeMax = 4096;

    public ValueTask<byte[]?> FindAsync(MftFile file, FileMetadata metadata, CancellationToken cancellationToken) =>
        metadata switch
        {
            FileMetadata.SecurityDescriptor => FindDescriptorAsync(file, cancellationToken),
            FileMetadata.ReparsePoint =>
                files.ReadValueAsync(file, AttributeType.ReparsePoint, ReparseSizeMax, cancellationToken),
            FileMetadata.ObjectId =>
                files.ReadValueAsync(file, AttributeType.ObjectId, ObjectIdSizeMax, cancellationToken),
            FileMetadata.ExtendedAttributes =>
                files.ReadValueAsync(file, AttributeType.Ea, ExtendedAttributesSizeMax, cancellationToken),
            FileMetadata.ShortName => new(FindShortName(file)),
        };

    private async ValueTask<byte[]?> FindDescriptorAsync(MftFile file, CancellationToken cancellationToken)
    {
        uint id = file.ReadStandardInformation().SecurityId;
        byte[]? shared = id == 0 ? null : await security.FindAsync(id, cancellationToken);

        // Volumes before NTFS 3.0, and mkntfs for the files of the format, keep the descriptor in the file.
        return shared is not null
            ? [.. shared]
            : await files.ReadValueAsync(
                file, AttributeType.SecurityDescriptor, DescriptorSizeMax, cancellationToken);
    }

    private static byte[]? FindShortName(MftFile file)
    {
        foreach (AttributePiece piece in file.Pieces)
        {
            if (piece.Type != AttributeType.FileName)
            {
                continue;
            }

            ReadOnlySpan<byte> key = piece.Value.Span;
            if (FileNameKey.Read(key).Namespace is FileNamespace.Dos or FileNamespace.Win32AndDos)
            {
                return FileNameKey.NameUnits(key).ToArray();
            }
        }

        return null;
    }
}
