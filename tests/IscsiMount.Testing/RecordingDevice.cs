using System.Collections.Concurrent;
using IscsiMount.Block;
using Xunit;

namespace IscsiMount.Testing;

/// <summary>A device that remembers what was asked of it. It does not own the device.</summary>
public sealed class RecordingDevice(IBlockDevice device) : IBlockDevice
{
    private readonly ConcurrentQueue<BlockRange> _reads = new();
    private readonly ConcurrentQueue<BlockRange> _writes = new();
    private int _flushCount;

    public int BlockLength => device.BlockLength;

    public ulong BlockCount => device.BlockCount;

    public BlockDeviceTraits Traits => device.Traits;

    /// <summary>The reads so far, in the order in which they were asked for.</summary>
    public IReadOnlyCollection<BlockRange> Reads => _reads;

    /// <summary>The writes so far, in the order in which they were asked for.</summary>
    public IReadOnlyCollection<BlockRange> Writes => _writes;

    public int FlushCount => Volatile.Read(ref _flushCount);

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        _reads.Enqueue(range);
        return device.ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        _writes.Enqueue(range);
        return device.WriteAsync(range, source, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _flushCount);
        return device.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Fails the test if a single byte was to be written, whether or not the device let it through.</summary>
    public void MustBeUntouched() => Assert.Empty(_writes);
}
