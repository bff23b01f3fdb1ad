namespace IscsiMount.Block;

/// <summary>Reads and writes whole blocks: a logical unit, a cache in front of one, a partition of one.</summary>
/// <remarks>
/// <para>Any number of calls may be under way at once. Overlapping ranges are the caller's to order.</para>
/// <para>The buffer belongs to the device until the task ends, also when it ends by cancellation.</para>
/// <para>A range beyond the end is the caller's error (<see cref="ArgumentOutOfRangeException"/>); nothing is moved.
/// A range of any count within the device is legal: the device splits it as its transport demands.</para>
/// <para>A write is durable once a flush that started after its completion has completed.</para>
/// <para>A write that faults or is cancelled leaves each of its blocks either old or new, in any mixture.</para>
/// <para>A write to a read-only device is a <see cref="ReadOnlyDeviceException"/>, and nothing was sent.</para>
/// <para>A failure is a <see cref="Primitives.StorageFaultException"/>; its scope says what it took down.</para>
/// <para>Continuations may run on the thread that receives for the whole connection. They are short and never
/// block; whoever has to block moves to a thread of its own first.</para>
/// </remarks>
public interface IBlockDevice : IAsyncDisposable
{
    /// <summary>Bytes in a block: a power of two, 512 to 65,536.</summary>
    int BlockLength { get; }

    ulong BlockCount { get; }

    BlockDeviceTraits Traits { get; }

    /// <summary>Fills <paramref name="destination"/>, whose length is exactly that of the range.</summary>
    ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Writes <paramref name="source"/>, whose length is exactly that of the range.</summary>
    ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken);

    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes blocks read as zeros, which is a write like any other, and gives their space back where
    /// <see cref="BlockDeviceTraits.CanFreeSpace"/> says so.
    /// </summary>
    ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken) =>
        BlockAccess.WriteZerosAsync(this, range, cancellationToken);

    /// <summary>
    /// Says whether a block has space, and how many behind it are like it: at least one, and not necessarily all.
    /// Blocks without space read as zeros.
    /// </summary>
    ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken) =>
        new(new SpaceRun(BlockAccess.CountFrom(this, firstBlock), HasSpace: true));
}
