namespace IscsiMount.Block;

/// <summary>What every device checks before it moves anything, so that all of them refuse alike.</summary>
public static class BlockAccess
{
    // LIMIT: what is cleared at once where zeros have to be written.
    private const int ZerosLength = 1024 * 1024;

    /// <summary>Refuses a range that leaves the device, and a buffer that has not the length of the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the device.</exception>
    /// <exception cref="ArgumentException">The buffer has another length than the range.</exception>
    public static void Check(IBlockDevice device, BlockRange range, int bufferLength)
    {
        CheckRange(device, range);
        if (bufferLength != (long)range.Count * device.BlockLength)
        {
            throw new ArgumentException(
                $"{range.Count} blocks of {device.BlockLength} bytes do not fill a buffer of {bufferLength} bytes.",
                nameof(bufferLength));
        }
    }

    /// <summary>Refuses a range that leaves the device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the device.</exception>
    public static void CheckRange(IBlockDevice device, BlockRange range)
    {
        if (!range.Fits(device.BlockCount))
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), range, $"The device has {device.BlockCount} blocks.");
        }
    }

    /// <summary>How many blocks there are from one on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block is not on the device.</exception>
    public static ulong CountFrom(IBlockDevice device, ulong firstBlock)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstBlock, device.BlockCount);
        return device.BlockCount - firstBlock;
    }

    /// <summary>Clears blocks of a device that knows no better than to write zeros.</summary>
    public static async ValueTask WriteZerosAsync(
        IBlockDevice device, BlockRange range, CancellationToken cancellationToken)
    {
        CheckRange(device, range);
        uint pieceCount = (uint)Math.Max(ZerosLength / device.BlockLength, 1);
        byte[] zeros = new byte[(int)Math.Min(pieceCount, range.Count) * device.BlockLength];
        for (uint done = 0; done < range.Count;)
        {
            uint count = Math.Min(pieceCount, range.Count - done);
            await device.WriteAsync(
                new(range.First + done, count), zeros.AsMemory(0, (int)count * device.BlockLength), cancellationToken);
            done += count;
        }
    }

    /// <summary>Refuses a length that no block has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no power of two from 512 to 65,536.</exception>
    public static void CheckBlockLength(int blockLength)
    {
        if (blockLength is < 512 or > 65_536 || !int.IsPow2(blockLength))
        {
            throw new ArgumentOutOfRangeException(
                nameof(blockLength), blockLength, "A block has 512 to 65,536 bytes, a power of two.");
        }
    }
}
