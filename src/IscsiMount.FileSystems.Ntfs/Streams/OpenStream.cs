namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>A stream of a file that is open for reading.</summary>
internal sealed class OpenStream(StreamMap map, ExtentReader reader) : IOpenFile
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

        ValueTask reading = reader.ReadAsync(map, offsetBytes, count, destination, cancellationToken);
        return reading.IsCompletedSuccessfully ? new(count) : FinishAsync(reading, count);
    }

    public FsResult<long> Seek(long offsetBytes, SeekTarget target) => HoleMap.Seek(map, offsetBytes, target);

    public void Dispose()
    {
    }

    private static async ValueTask<FsResult<int>> FinishAsync(ValueTask reading, int count)
    {
        await reading;
        return count;
    }
}
