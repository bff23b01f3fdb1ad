using IscsiMount.FileSystems.Ntfs.ReadAhead;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>A stream of a file that is open for reading.</summary>
/// <param name="map">Where its bytes are.</param>
/// <param name="reader">Reads them.</param>
/// <param name="ahead">Reads them before they are wanted; null where that makes no sense.</param>
internal sealed class OpenStream(StreamMap map, ExtentReader reader, StreamAhead? ahead) : IOpenFile
{
    public long SizeBytes => map.SizeBytes;

    public ValueTask<FsResult<int>> ReadAsync(
        long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offsetBytes < 0)
        {
            return new(FsStatus.InvalidArgument);
        }

        int count = (int)Math.Clamp(map.SizeBytes - offsetBytes, 0, destination.Length);
        if (count == 0)
        {
            return new(0);
        }

        ahead?.Note(offsetBytes, count);
        if (ahead?.Take(offsetBytes) is { } chunk)
        {
            return ReadFromChunks(chunk, offsetBytes, destination[..count], cancellationToken);
        }

        ValueTask reading = reader.ReadAsync(map, offsetBytes, count, destination, cancellationToken);
        return reading.IsCompletedSuccessfully ? new(count) : FinishAsync(reading, count);
    }

    public FsResult<long> Seek(long offsetBytes, SeekTarget target) => HoleMap.Seek(map, offsetBytes, target);

    public void Dispose() => ahead?.Close();

    private static async ValueTask<FsResult<int>> FinishAsync(ValueTask reading, int count)
    {
        await reading;
        return count;
    }

    private ValueTask<FsResult<int>> ReadFromChunks(
        ReadAheadChunk first, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (!first.IsLoaded || first.End - offsetBytes < destination.Length)
        {
            return WaitForChunksAsync(first, offsetBytes, destination, cancellationToken);
        }

        first.CopyTo(offsetBytes, destination.Span);
        ahead!.Give(first);
        return new(destination.Length);
    }

    private async ValueTask<FsResult<int>> WaitForChunksAsync(
        ReadAheadChunk first, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int done = 0;
        for (ReadAheadChunk? chunk = first; chunk is not null; chunk = ahead!.Take(offsetBytes + done))
        {
            int copied = await CopyWhenLoadedAsync(chunk, offsetBytes + done, destination[done..], cancellationToken);
            done += copied;
            if (copied == 0 || done == destination.Length)
            {
                break;
            }
        }

        // What was not read ahead, or could not be, is read now; a fault of the device comes out here.
        if (done < destination.Length)
        {
            await reader.ReadAsync(
                map, offsetBytes + done, destination.Length - done, destination[done..], cancellationToken);
        }

        return destination.Length;
    }

    /// <summary>Copies out of a chunk and gives it back. Nothing copied means that it could not be read.</summary>
    private async ValueTask<int> CopyWhenLoadedAsync(
        ReadAheadChunk chunk, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            bool isLoaded = await chunk.Loaded.WaitAsync(cancellationToken);
            return isLoaded ? chunk.CopyTo(offsetBytes, destination.Span) : 0;
        }
        finally
        {
            ahead!.Give(chunk);
        }
    }
}
