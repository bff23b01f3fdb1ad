using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Content;

namespace IscsiMount.FileSystems.Ntfs.Writing;

/// <summary>A listing of a directory that may change meanwhile: no batch of it is read across a change.</summary>
internal sealed class CalmListing(DirectoryListing inner, WritableFiles files) : IDirectoryListing
{
    public ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> ReadAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken) =>
        files.ReadAsync(
            () => inner.ReadAsync(position, countMax, detail, cancellationToken), cancellationToken, inner.Restart);

    public void Dispose() => inner.Dispose();
}
