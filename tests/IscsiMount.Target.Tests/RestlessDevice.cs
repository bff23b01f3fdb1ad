using IscsiMount.Block;

namespace IscsiMount.Target.Tests;

/// <summary>A disk that ends what is asked of it at once or later, on other threads and in any order.</summary>
public sealed class RestlessDevice(ulong blockCount, int seed) : IBlockDevice
{
    private readonly MemoryBlockDevice _content = new(blockCount);
    private readonly Random _chance = new(seed);
    private int _underWayCount;

    public int BlockLength => _content.BlockLength;

    public ulong BlockCount => blockCount;

    public BlockDeviceTraits Traits { get; } = new() { HasVolatileCache = true };

    /// <summary>Calls that have begun and not ended.</summary>
    public int UnderWayCount => Volatile.Read(ref _underWayCount);

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await RestAsync(() => _content.ReadAsync(range, destination, CancellationToken.None));
    }

    public async ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        await RestAsync(() => _content.WriteAsync(range, source, CancellationToken.None));
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await RestAsync(() => ValueTask.CompletedTask);
    }

    public ValueTask DisposeAsync() => _content.DisposeAsync();

    private async Task RestAsync(Func<ValueTask> work)
    {
        Interlocked.Increment(ref _underWayCount);
        int rounds;
        lock (_chance)
        {
            rounds = _chance.Next(4) * _chance.Next(8);
        }

        for (int i = 0; i < rounds; i++)
        {
            await Task.Yield();
        }

        await work();
        Interlocked.Decrement(ref _underWayCount);
    }
}
