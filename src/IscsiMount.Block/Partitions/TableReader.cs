using IscsiMount.Primitives;

namespace IscsiMount.Block.Partitions;

/// <summary>Reads the blocks of a table. A block that cannot be read is a finding, and the rest goes on.</summary>
internal sealed class TableReader(IBlockDevice device, List<string> findings)
{
    /// <summary>The content of some blocks, or nothing if they are not on the device or cannot be read.</summary>
    public async ValueTask<byte[]?> TryReadAsync(BlockRange range, CancellationToken cancellationToken)
    {
        if (!range.Fits(device.BlockCount))
        {
            return null;
        }

        byte[] content = new byte[range.Count * device.BlockLength];
        try
        {
            await device.ReadAsync(range, content, cancellationToken);
            return content;
        }
        catch (StorageFaultException fault) when (fault.Scope == FaultScope.Command)
        {
            findings.Add($"Block {range.First} of the partition table cannot be read: {fault.Message}");
            return null;
        }
    }
}
