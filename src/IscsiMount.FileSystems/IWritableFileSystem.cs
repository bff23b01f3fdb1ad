namespace IscsiMount.FileSystems;

/// <summary>A volume that is open for reading and writing.</summary>
/// <remarks>
/// <para>All that <see cref="IFileSystem"/> says holds. Each call that changes something happens as a whole or not at
/// all, for other callers and for the medium. It is durable when a flush has ended that began after the call did.
/// </para>
/// <para>After a fault in which a change may have reached the medium in part, the volume takes no more changes:
/// they throw what the fault threw. Reading goes on.</para>
/// <para>Names in these calls are taken unit by unit. Names that Windows could not open are
/// <see cref="FsStatus.InvalidName"/>.</para>
/// </remarks>
public interface IWritableFileSystem : IFileSystem
{
    /// <summary>Makes an empty file or an empty directory.</summary>
    ValueTask<FsResult<FileProperties>> CreateAsync(
        FileId directory, ReadOnlyMemory<char> name, FileKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a name away, and with the last one the file. A directory goes only if it is empty. What is open of a file
    /// that is gone answers <see cref="FsStatus.StaleReference"/>.
    /// </summary>
    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name.</param>
    /// <param name="kind">
    /// <see cref="FileKind.Directory"/> removes directories alone, anything else all but directories.
    /// </param>
    /// <param name="cancellationToken">Gives up the call before it has an effect.</param>
    ValueTask<FsStatus> RemoveAsync(
        FileId directory, ReadOnlyMemory<char> name, FileKind kind, CancellationToken cancellationToken);

    /// <summary>Gives a file or directory another name, or another directory.</summary>
    ValueTask<FsStatus> RenameAsync(RenameRequest request, CancellationToken cancellationToken);

    /// <summary>Gives a file one more name.</summary>
    ValueTask<FsStatus> LinkAsync(
        FileId file, FileId directory, ReadOnlyMemory<char> name, CancellationToken cancellationToken);

    /// <summary>Changes what is given and leaves the rest.</summary>
    ValueTask<FsStatus> ChangePropertiesAsync(
        FileId file, PropertyChange change, CancellationToken cancellationToken);

    /// <summary>Opens a stream for reading and writing. An empty name is the main stream.</summary>
    /// <param name="file">The file.</param>
    /// <param name="streamName">The stream.</param>
    /// <param name="isCreated">Whether a stream that is not there is made.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    ValueTask<FsResult<IWritableFile>> OpenForWritingAsync(
        FileId file, ReadOnlyMemory<char> streamName, bool isCreated, CancellationToken cancellationToken);

    /// <summary>Takes a named stream away, with its content.</summary>
    ValueTask<FsStatus> RemoveStreamAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken);

    /// <summary>Makes everything durable that was done before.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
