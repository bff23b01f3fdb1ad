using IscsiMount.Block;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Tests.Damage;

/// <summary>A command of the device failed, as a target answers that it could not read a block.</summary>
internal sealed class MediumErrorException()
    : StorageFaultException(FaultScope.Command, "The device could not read.");

/// <summary>
/// An image in memory as a device. It can fail from the n-th read on, for one read or for ever, and can answer each
/// read only when the test lets it.
/// </summary>
internal sealed class MemoryDevice(byte[] image) : IBlockDevice
{
    private int _reads;

    public int BlockLength => 512;

    public ulong BlockCount => (ulong)(image.Length / BlockLength);

    public BlockDeviceTraits Traits { get; init; } = new()
    {
        TransferSizeOptimal = 64 * 1024,
        TransfersInFlightMax = 8,
    };

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The number of the read that fails, counted from the next one as 1; 0 for none.</summary>
    public int FailAt { get; set; }

    /// <summary>Whether all reads behind that one fail too.</summary>
    public bool FailsForEver { get; set; }

    /// <summary>Answers on another thread, some time later.</summary>
    public bool IsAsynchronous { get; init; }

    public int Writes { get; private set; }

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.First + range.Count, BlockCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, (long)range.Count * BlockLength);
        int number = Interlocked.Increment(ref _reads);
        if (IsAsynchronous)
        {
            await Task.Yield();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (FailAt > 0 && (number == FailAt || (FailsForEver && number > FailAt)))
        {
            throw new MediumErrorException();
        }

        image.AsSpan((int)range.First * BlockLength, destination.Length).CopyTo(destination.Span);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        Writes++;
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Writes++;
        return ValueTask.CompletedTask;
    }

    /// <summary>Counts reads from now on.</summary>
    public void Restart(int failAt, bool forEver = false)
    {
        FailAt = failAt;
        FailsForEver = forEver;
        Volatile.Write(ref _reads, 0);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
