namespace IscsiMount.FileSystems;

/// <summary>
/// An open stream of a file that takes writes. Any number of calls may be under way at once; what overlaps is put in
/// some order.
/// </summary>
public interface IWritableFile : IOpenFile
{
    /// <summary>
    /// Writes all of the source, or nothing of it counts. A gap behind the old end reads as zero. The buffer belongs to
    /// the file system until the task ends.
    /// </summary>
    ValueTask<FsStatus> WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, CancellationToken cancellationToken);

    /// <summary>Cuts the stream, or lengthens it by zeroes.</summary>
    ValueTask<FsStatus> SetSizeAsync(long sizeBytes, CancellationToken cancellationToken);

    /// <summary>Makes content and description of the file durable.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
