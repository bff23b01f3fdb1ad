using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>
/// Writes content into clusters. The device takes whole blocks: what of the first and the last is not written keeps
/// what it had, or is zero where nothing was ever written.
/// </summary>
internal sealed class RangeWriter(VolumeMedium medium, DeviceWriter device)
{
    // LIMIT: zeroes are written in transfers of this size.
    private const int ZeroSize = 1024 * 1024;

    /// <summary>Writes a range of a stream, and zeroes between what was written before and the range.</summary>
    /// <param name="shape">The stream, whose clusters cover the range.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="source">What it is to hold.</param>
    /// <param name="cancellationToken">Gives up between transfers.</param>
    public async ValueTask WriteAsync(
        StreamShape shape, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        Invariant.Holds(offset + source.Length <= shape.AllocatedSize);
        for (long at = shape.InitializedSize; at < offset;)
        {
            int count = (int)Math.Min(offset - at, ZeroSize - (at % ZeroSize));
            await WritePieceAsync(shape, at, new byte[count], cancellationToken);
            shape = shape with { InitializedSize = at + count };
            at += count;
        }

        await WritePieceAsync(shape, offset, source, cancellationToken);
    }

    private async ValueTask WritePieceAsync(
        StreamShape shape, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        int block = device.BlockLength;
        long end = offset + source.Length;
        long first = (offset + block - 1) / block * block;
        long last = end / block * block;
        if (first > last)
        {
            await WriteWithinBlockAsync(shape, offset, source, cancellationToken);
            return;
        }

        if (first > offset)
        {
            await WriteWithinBlockAsync(shape, offset, source[..(int)(first - offset)], cancellationToken);
        }

        await WriteBlocksAsync(
            shape, first, source.Slice((int)(first - offset), (int)(last - first)), cancellationToken);
        if (end > last)
        {
            await WriteWithinBlockAsync(shape, last, source[(int)(last - offset)..], cancellationToken);
        }
    }

    private async ValueTask WriteWithinBlockAsync(
        StreamShape shape, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        int block = device.BlockLength;
        long start = offset / block * block;
        byte[] content = new byte[block];
        int known = (int)Math.Clamp(shape.InitializedSize - start, 0, block);
        if (known > 0)
        {
            long place = Placement.OffsetOf(shape.Extents, shape.ClusterSize, start);
            await medium.ReadDeviceAsync(place, content, cancellationToken);
            content.AsSpan(known).Clear();
        }

        source.CopyTo(content.AsMemory((int)(offset - start)));
        await WriteBlocksAsync(shape, start, content, cancellationToken);
    }

    private async ValueTask WriteBlocksAsync(
        StreamShape shape, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        foreach (Extent extent in shape.Extents)
        {
            long from = Math.Max(offset, extent.Vcn * shape.ClusterSize);
            long to = Math.Min(offset + source.Length, extent.EndVcn * shape.ClusterSize);
            if (from < to)
            {
                Invariant.Holds(!extent.IsHole);
                long place = (extent.Lcn * shape.ClusterSize) + from - (extent.Vcn * shape.ClusterSize);
                await device.WriteAsync(
                    place, source.Slice((int)(from - offset), (int)(to - from)), cancellationToken);
            }
        }
    }
}
