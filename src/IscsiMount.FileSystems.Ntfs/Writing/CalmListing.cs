using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Content;

namespace IscsiMount.FileSystems.Ntfs.Writing;

/// <summary>A listing of a directory that may change meanwhile: no batch of it is read across a change.</summary>
internal sealed class CalmListing(Func<DirectoryListing> open, WritableFiles files) : IDirectoryListing
{
    private readonly DirectoryListing _inner = open();

    public ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> ReadAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken) =>
        files.ReadAsync(
            () => _inner.ReadAsync(position, countMax, detail, cancellationToken), cancellationToken, _inner.Restart);

    public void Dispose() => _inner.Dispose();
}
