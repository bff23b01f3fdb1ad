using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Formatting;

/// <summary>Writes whole clusters; what does not fill its last one is followed by zeroes.</summary>
internal sealed class ClusterWriter(IBlockDevice device, int clusterSize)
{
    public async ValueTask WriteAsync(ulong lcn, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        int clusters = (content.Length + clusterSize - 1) / clusterSize;
        if (content.Length % clusterSize != 0)
        {
            byte[] padded = new byte[clusters * clusterSize];
            content.CopyTo(padded);
            content = padded;
        }

        ulong blocksInCluster = (ulong)(clusterSize / device.BlockLength);
        var range = new BlockRange(lcn * blocksInCluster, (uint)((ulong)clusters * blocksInCluster));
        await device.WriteAsync(range, content, cancellationToken);
    }
}
