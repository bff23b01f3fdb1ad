using IscsiMount.Block;

namespace IscsiMount.Bench.Tests;

/// <summary>A device whose operations each take the same time, however many are under way.</summary>
internal sealed class SlowDevice(IBlockDevice device, TimeProvider time, TimeSpan latency) : IBlockDevice
{
    public int BlockLength => device.BlockLength;

    public ulong BlockCount => device.BlockCount;

    public BlockDeviceTraits Traits => device.Traits;

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await Task.Delay(latency, time, cancellationToken);
        await device.ReadAsync(range, destination, cancellationToken);
    }

    public async ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        await Task.Delay(latency, time, cancellationToken);
        await device.WriteAsync(range, source, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => device.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
