using System.Collections.Concurrent;
using IscsiMount.Block;

namespace IscsiMount.Target.Tests;

/// <summary>
/// A disk with a volatile cache in memory. While it holds, nothing that is asked of it ends before the test says so, as
/// with a device that needs time.
/// </summary>
public sealed class HeldDevice(ulong blockCount, int blockLength = 512) : IBlockDevice
{
    private readonly MemoryBlockDevice _content = new(blockCount, blockLength);
    private readonly ConcurrentQueue<TaskCompletionSource> _held = new();
    private int _flushCount;

    public int BlockLength => blockLength;

    public ulong BlockCount => blockCount;

    public BlockDeviceTraits Traits { get; } = new() { HasVolatileCache = true };

    public bool Holds { get; set; }

    /// <summary>Whether a call that is cancelled goes on all the same, as many devices do.</summary>
    public bool IgnoresCancellation { get; set; }

    public int FlushCount => _flushCount;

    /// <summary>Calls that wait for the test.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Lets the oldest call that waits go on, on this thread.</summary>
    public void ReleaseOne()
    {
        if (_held.TryDequeue(out TaskCompletionSource? oldest))
        {
            oldest.SetResult();
        }
    }

    /// <summary>Holds nothing any more, and lets all calls that wait go on.</summary>
    public void ReleaseAll()
    {
        Holds = false;
        while (HeldCount > 0)
        {
            ReleaseOne();
        }
    }

    /// <summary>Lets the oldest call that waits fail.</summary>
    public void FailOne(Exception fault)
    {
        if (_held.TryDequeue(out TaskCompletionSource? oldest))
        {
            oldest.SetException(fault);
        }
    }

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        await _content.ReadAsync(range, destination, CancellationToken.None);
    }

    public async ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        await _content.WriteAsync(range, source, CancellationToken.None);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        Interlocked.Increment(ref _flushCount);
    }

    public ValueTask DisposeAsync() => _content.DisposeAsync();

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (Holds)
        {
            var work = new TaskCompletionSource();
            _held.Enqueue(work);
            await work.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken);
        }
    }
}
