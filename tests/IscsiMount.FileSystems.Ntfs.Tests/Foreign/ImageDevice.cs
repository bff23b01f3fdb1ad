using IscsiMount.Block;
using Microsoft.Win32.SafeHandles;

namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

/// <summary>An image file as a device that only reads, and counts what it is asked for.</summary>
internal sealed class ImageDevice(string path, int blockLength = 512) : IBlockDevice
{
    private readonly SafeFileHandle _file = File.OpenHandle(path);
    private int _reads;
    private int _writes;
    private long _bytesRead;

    public int BlockLength { get; } = blockLength;

    public ulong BlockCount => (ulong)(RandomAccess.GetLength(_file) / BlockLength);

    public BlockDeviceTraits Traits { get; init; } = new();

    /// <summary>Reads that were asked for.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Calls that would have changed something.</summary>
    public int Writes => Volatile.Read(ref _writes);

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.First + range.Count, BlockCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, (long)range.Count * BlockLength);
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _bytesRead, destination.Length);
        int read = RandomAccess.Read(_file, destination.Span, (long)range.First * BlockLength);
        return read == destination.Length ? ValueTask.CompletedTask : throw new EndOfStreamException();
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        throw new ReadOnlyDeviceException();
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        return ValueTask.CompletedTask;
    }

    public void ResetCounts()
    {
        _reads = 0;
        _bytesRead = 0;
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
