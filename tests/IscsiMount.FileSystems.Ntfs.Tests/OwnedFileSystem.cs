namespace IscsiMount.FileSystems.Ntfs.Tests;

/// <summary>A volume that takes its device along when it is closed.</summary>
internal sealed class OwnedFileSystem(IFileSystem inner, IAsyncDisposable device) : IFileSystem
{
    public VolumeDescription Description => inner.Description;

    public FileId Root => inner.Root;

    public ValueTask<FsResult<VolumeSpace>> GetSpaceAsync(CancellationToken cancellationToken) =>
        inner.GetSpaceAsync(cancellationToken);

    public ValueTask<FsResult<FileProperties>> GetPropertiesAsync(FileId file, CancellationToken cancellationToken) =>
        inner.GetPropertiesAsync(file, cancellationToken);

    public ValueTask<FsResult<FileProperties>> LookupAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken) =>
        inner.LookupAsync(directory, name, comparison, cancellationToken);

    public ValueTask<FsResult<FileId>> GetParentAsync(FileId directory, CancellationToken cancellationToken) =>
        inner.GetParentAsync(directory, cancellationToken);

    public FsResult<IDirectoryListing> OpenListing(FileId directory) => inner.OpenListing(directory);

    public ValueTask<FsResult<IOpenFile>> OpenAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken) =>
        inner.OpenAsync(file, streamName, cancellationToken);

    public ValueTask<FsResult<IReadOnlyList<StreamEntry>>> ListStreamsAsync(
        FileId file, CancellationToken cancellationToken) => inner.ListStreamsAsync(file, cancellationToken);

    public ValueTask<FsResult<byte[]>> ReadMetadataAsync(
        FileId file, FileMetadata metadata, CancellationToken cancellationToken) =>
        inner.ReadMetadataAsync(file, metadata, cancellationToken);

    public ValueTask<FsResult<LinkTarget>> ReadLinkAsync(FileId link, CancellationToken cancellationToken) =>
        inner.ReadLinkAsync(link, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await device.DisposeAsync();
    }
}
