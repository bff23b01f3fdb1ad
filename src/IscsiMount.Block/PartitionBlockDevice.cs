namespace IscsiMount.Block;

/// <summary>A window onto a device: one partition of it. It does not own the device.</summary>
public sealed class PartitionBlockDevice : IBlockDevice
{
    private readonly IBlockDevice _device;
    private readonly ulong _firstBlock;

    /// <exception cref="ArgumentOutOfRangeException">The window leaves the device, or is empty.</exception>
    public PartitionBlockDevice(IBlockDevice device, ulong firstBlock, ulong blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstBlock, device.BlockCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockCount, device.BlockCount - firstBlock);
        ArgumentOutOfRangeException.ThrowIfZero(blockCount);
        _device = device;
        _firstBlock = firstBlock;
        BlockCount = blockCount;
    }

    public int BlockLength => _device.BlockLength;

    public ulong BlockCount { get; }

    public BlockDeviceTraits Traits => _device.Traits;

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, destination.Length);
        return _device.ReadAsync(OnDevice(range), destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        return _device.WriteAsync(OnDevice(range), source, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _device.FlushAsync(cancellationToken);

    public ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        return _device.ClearAsync(OnDevice(range), cancellationToken);
    }

    public async ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken)
    {
        ulong countMax = BlockAccess.CountFrom(this, firstBlock);
        SpaceRun run = await _device.FindSpaceAsync(_firstBlock + firstBlock, cancellationToken);
        return run with { Count = Math.Min(run.Count, countMax) };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private BlockRange OnDevice(BlockRange range) => range with { First = _firstBlock + range.First };
}
