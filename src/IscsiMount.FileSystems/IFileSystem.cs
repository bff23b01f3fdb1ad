namespace IscsiMount.FileSystems;

/// <summary>A volume that is open. It knows its format and nothing of who asks.</summary>
/// <remarks>
/// <para>Any number of calls may be under way at once, from any thread; the caller never serializes.</para>
/// <para>What is in memory is answered in a completed task. What has to wait for the device completes on the thread
/// on which the device completed, so continuations are short and never block.</para>
/// <para>An ordinary no is an <see cref="FsStatus"/>. A failed device or a volume that contradicts itself is a
/// <see cref="Primitives.StorageFaultException"/>; damage that concerns one file alone is
/// <see cref="FsStatus.DamagedFile"/>.</para>
/// <para>Names are UTF-16 units, 1 to 255, compared as the format and <see cref="NameComparison"/> say.</para>
/// </remarks>
public interface IFileSystem : IAsyncDisposable
{
    VolumeDescription Description { get; }

    FileId Root { get; }

    ValueTask<FsResult<VolumeSpace>> GetSpaceAsync(CancellationToken cancellationToken);

    ValueTask<FsResult<FileProperties>> GetPropertiesAsync(FileId file, CancellationToken cancellationToken);

    /// <summary>Finds one name in a directory. The properties are those of the file that the name stands for.</summary>
    ValueTask<FsResult<FileProperties>> LookupAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken);

    /// <summary>The directory that holds a directory; the root holds itself.</summary>
    ValueTask<FsResult<FileId>> GetParentAsync(FileId directory, CancellationToken cancellationToken);

    FsResult<IDirectoryListing> OpenListing(FileId directory);

    /// <summary>
    /// Opens a stream for reading. An empty name is the main stream, which a directory does not have.
    /// </summary>
    ValueTask<FsResult<IOpenFile>> OpenAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken);

    /// <summary>The named streams of a file or directory, in the order of the medium.</summary>
    ValueTask<FsResult<IReadOnlyList<StreamEntry>>> ListStreamsAsync(FileId file, CancellationToken cancellationToken);

    /// <summary>One raw description of a file, in memory of the caller's own.</summary>
    /// <returns><see cref="FsStatus.NoSuchAttribute"/> where the file has none.</returns>
    ValueTask<FsResult<byte[]>> ReadMetadataAsync(
        FileId file, FileMetadata metadata, CancellationToken cancellationToken);

    /// <summary>Where a <see cref="FileKind.SymbolicLink"/> points.</summary>
    ValueTask<FsResult<LinkTarget>> ReadLinkAsync(FileId link, CancellationToken cancellationToken);
}

/// <summary>How names are told apart.</summary>
public enum NameComparison
{
    /// <summary>Unit by unit.</summary>
    Exact,

    /// <summary>By the upper-case table of the volume; of several matches the exact one wins.</summary>
    IgnoreCase,
}
