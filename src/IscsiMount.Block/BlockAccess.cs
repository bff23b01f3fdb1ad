namespace IscsiMount.Block;

/// <summary>What every device checks before it moves anything, so that all of them refuse alike.</summary>
public static class BlockAccess
{
    /// <summary>Refuses a range that leaves the device, and a buffer that has not the length of the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the device.</exception>
    /// <exception cref="ArgumentException">The buffer has another length than the range.</exception>
    public static void Check(IBlockDevice device, BlockRange range, int bufferLength)
    {
        if (!range.Fits(device.BlockCount))
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), range, $"The device has {device.BlockCount} blocks.");
        }

        if (bufferLength != (long)range.Count * device.BlockLength)
        {
            throw new ArgumentException(
                $"{range.Count} blocks of {device.BlockLength} bytes do not fill a buffer of {bufferLength} bytes.",
                nameof(bufferLength));
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
