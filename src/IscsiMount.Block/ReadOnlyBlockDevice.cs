namespace IscsiMount.Block;

/// <summary>A view of a device that lets nothing through that could change it. It does not own the device.</summary>
public sealed class ReadOnlyBlockDevice(IBlockDevice device) : IBlockDevice
{
    public int BlockLength => device.BlockLength;

    public ulong BlockCount => device.BlockCount;

    public BlockDeviceTraits Traits { get; } = device.Traits with { IsReadOnly = true };

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        return device.ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        return ValueTask.FromException(new ReadOnlyDeviceException());
    }

    public ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        return ValueTask.FromException(new ReadOnlyDeviceException());
    }

    public ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken) =>
        device.FindSpaceAsync(firstBlock, cancellationToken);

    /// <summary>Has nothing to make durable, and therefore does not disturb the device.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
