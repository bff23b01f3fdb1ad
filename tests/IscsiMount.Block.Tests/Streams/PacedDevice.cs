namespace IscsiMount.Block.Tests.Streams;

/// <summary>Memory whose calls end when the clock moves.</summary>
internal sealed class PacedDevice(TimeProvider time) : IBlockDevice
{
    private readonly MemoryBlockDevice _memory = new(64, 512);

    public int BlockLength => _memory.BlockLength;

    public ulong BlockCount => _memory.BlockCount;

    public BlockDeviceTraits Traits => _memory.Traits;

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await PauseAsync(cancellationToken);
        await _memory.ReadAsync(range, destination, cancellationToken);
    }

    public async ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        await PauseAsync(cancellationToken);
        await _memory.WriteAsync(range, source, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _memory.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    private Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken);
}
