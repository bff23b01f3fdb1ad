using System.Buffers;
using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>
/// The device as readers see it: bytes, and over them what was changed and is not on the device yet.
/// </summary>
internal sealed class VolumeMedium
{
    private readonly IBlockDevice _device;
    private readonly int _blockLength;

    public VolumeMedium(IBlockDevice device, PendingPages? pending = null)
    {
        Pending = pending;
        Invariant.Holds(device.BlockLength > 0);

        _device = device;
        _blockLength = device.BlockLength;
        SizeBytes = device.BlockCount > (ulong)(long.MaxValue / _blockLength)
            ? long.MaxValue / _blockLength * _blockLength
            : (long)device.BlockCount * _blockLength;
        TransferSize = Math.Max(device.Traits.TransferSizeOptimal / _blockLength, 1) * _blockLength;
        TransfersInFlightMax = Math.Clamp(device.Traits.TransfersInFlightMax, 1, 4096);
        IsReadOnly = device.Traits.IsReadOnly;
    }

    public long SizeBytes { get; }

    /// <summary>The changes that readers see over the device; null on a volume that is open for reading.</summary>
    public PendingPages? Pending { get; }

    /// <summary>The smallest unit that is read without a detour: ranges should begin and end on it.</summary>
    public int Alignment => _blockLength;

    /// <summary>Bytes at which a long read is cut into pieces that are under way together.</summary>
    public int TransferSize { get; }

    public int TransfersInFlightMax { get; }

    public bool IsReadOnly { get; }

    /// <summary>Fills the destination with the bytes at an offset. Any range within the device is legal.</summary>
    public ValueTask ReadAsync(long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Invariant.Holds(offsetBytes >= 0);
        Medium.Holds(
            destination.Length <= SizeBytes && offsetBytes <= SizeBytes - destination.Length,
            "volume",
            "it refers to something behind the end of the device");

        return Pending is null || destination.IsEmpty
            ? ReadDeviceAsync(offsetBytes, destination, cancellationToken)
            : ReadThroughAsync(Pending, offsetBytes, destination, cancellationToken);
    }

    /// <summary>Fills the destination with what the device itself has.</summary>
    public ValueTask ReadDeviceAsync(
        long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offsetBytes % _blockLength == 0 && destination.Length % _blockLength == 0)
        {
            return destination.IsEmpty
                ? ValueTask.CompletedTask
                : _device.ReadAsync(
                    new BlockRange((ulong)(offsetBytes / _blockLength), (uint)(destination.Length / _blockLength)),
                    destination,
                    cancellationToken);
        }

        return ReadByDetourAsync(offsetBytes, destination, cancellationToken);
    }

    private async ValueTask ReadThroughAsync(
        PendingPages pending, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        // ORDER: the pages are taken before the device is read: one that is written meanwhile is seen all the same.
        List<PendingPage>? pages = pending.FindWithin(offsetBytes, destination.Length);
        await ReadDeviceAsync(offsetBytes, destination, cancellationToken);
        foreach (PendingPage page in pages ?? [])
        {
            page.CopyTo(offsetBytes, destination.Span);
        }
    }

    /// <summary>Reads the blocks around an odd range into memory of our own, and copies the range out of it.</summary>
    private async ValueTask ReadByDetourAsync(
        long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long first = offsetBytes / _blockLength;
        int skip = (int)(offsetBytes % _blockLength);
        int blockCount = (int)(((long)skip + destination.Length + _blockLength - 1) / _blockLength);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(blockCount * _blockLength);

        // ORDER: the buffer goes back to the pool only after the read has ended, however it ended.
        try
        {
            await _device.ReadAsync(
                new BlockRange((ulong)first, (uint)blockCount),
                buffer.AsMemory(0, blockCount * _blockLength),
                cancellationToken);
            buffer.AsSpan(skip, destination.Length).CopyTo(destination.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
