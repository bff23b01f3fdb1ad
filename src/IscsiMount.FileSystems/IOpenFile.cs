namespace IscsiMount.FileSystems;

/// <summary>An open stream of a file. Any number of calls may be under way at once.</summary>
public interface IOpenFile : IDisposable
{
    /// <summary>The length of the stream in bytes, now.</summary>
    long SizeBytes { get; }

    /// <summary>
    /// Reads as much as there is, up to the length of the buffer: fewer bytes mean the end of the stream and nothing
    /// else. The buffer belongs to the file system until the task ends.
    /// </summary>
    /// <exception cref="Primitives.StorageFaultException">
    /// The device failed; the content of the buffer is undefined.
    /// </exception>
    ValueTask<FsResult<int>> ReadAsync(long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>
    /// The next offset at or after <paramref name="offsetBytes"/> that begins data, or a hole. The end of the stream
    /// counts as a hole. <see cref="FsStatus.NoSuchAttribute"/> means that there is none before the end.
    /// </summary>
    FsResult<long> Seek(long offsetBytes, SeekTarget target);
}

/// <summary>What <see cref="IOpenFile.Seek"/> looks for.</summary>
public enum SeekTarget
{
    Data,
    Hole,
}
