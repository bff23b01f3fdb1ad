using IscsiMount.Block;

namespace IscsiMount.Target.Units;

/// <summary>How much one command may name, in blocks. Page B0h tells it, and the planners keep to it.</summary>
/// <remarks>
/// LIMIT: all of it bounds how long a command keeps the device, or how much memory it needs. UNMAP and WRITE SAME move
/// next to nothing over the network, so that their lengths have no other bound.
/// </remarks>
internal sealed class DiskLimits(IBlockDevice device, int transferSizeMax)
{
    public const uint UnmapDescriptorsMax = 256;

    private const int ShortBlockLength = 512;

    public const uint UnmapBlocksMax = 1024 * 1024;

    // WRITE ATOMIC is one write of the device. What a host without power makes of it is the device's matter, and the
    // shorter it is the better.
    private const uint AtomicCountMax = 256;

    public int TransferSizeMax => transferSizeMax;

    public uint TransferBlocksMax => (uint)(transferSizeMax / device.BlockLength);

    public uint TransferBlocksOptimal =>
        (uint)(Math.Min(device.Traits.TransferSizeOptimal, transferSizeMax) / device.BlockLength);

    /// <summary>Both halves of the data count as one transfer.</summary>
    public byte CompareAndWriteBlocksMax => (byte)Math.Min(byte.MaxValue, TransferBlocksMax / 2);

    public uint AtomicBlocksMax => Math.Min(AtomicCountMax, TransferBlocksMax);

    /// <summary>
    /// COMPAT: qemu 7.2 keeps a map of the space if it is told this, and ends itself when the blocks of the map's disk
    /// are longer than 512 bytes. There it is not told.
    /// </summary>
    public uint? UnmapGranularity => device.BlockLength == ShortBlockLength
        ? (uint)Math.Max(device.Traits.SpaceGranularity / device.BlockLength, 1)
        : null;

    /// <summary>COMPAT: the tests of libiscsi 1.19 first write as much in one command.</summary>
    public uint WriteSameBlocksMax => TransferBlocksMax;
}
