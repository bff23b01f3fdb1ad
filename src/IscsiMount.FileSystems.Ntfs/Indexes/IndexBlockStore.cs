using System.Buffers;
using IscsiMount.FileSystems.Ntfs.Caching;
using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>Reads the blocks of all indexes of the volume, and keeps those that were asked for lately.</summary>
internal sealed class IndexBlockStore(ExtentReader reader, long cacheBytesMax)
{
    private const string Structure = "INDX block";

    // LIMIT: a listing of a directory wants all of its blocks, so they are read in transfers of this size. A directory
    // that would push everything else out of the cache is read block by block in the order of its names instead.
    private const int WindowSize = 128 * 1024;
    private const int WholeShare = 4;
    private const int ChildrenMax = 128;

    private readonly ClockCache<IndexBlockKey, IndexNode> _cache = new(cacheBytesMax);

    public ValueTask<IndexNode> GetAsync(IndexTree tree, long offset, CancellationToken cancellationToken) =>
        _cache.TryGet(new IndexBlockKey(tree.Id, offset), out IndexNode? node)
            ? new ValueTask<IndexNode>(node)
            : ReadAsync(tree, offset, cancellationToken);

    /// <summary>Brings the children of a node into memory, from one of them on, unless that one is there.</summary>
    public ValueTask PrefetchAsync(IndexTree tree, IndexNode parent, int from, CancellationToken cancellationToken)
    {
        if (_cache.TryGet(new IndexBlockKey(tree.Id, tree.ChildOffset(parent, from)), out _))
        {
            return ValueTask.CompletedTask;
        }

        int end = Math.Min(parent.KeyCount + 1, from + ChildrenMax);
        bool isSmall = tree.Allocation!.SizeBytes <= cacheBytesMax / WholeShare;
        int step = isSmall ? Math.Max(WindowSize / tree.BlockSize, 1) * tree.BlockSize : tree.BlockSize;
        var windows = new SortedSet<long>();
        for (int i = from; i < end; i++)
        {
            long offset = tree.ChildOffset(parent, i);
            if (!_cache.TryGet(new IndexBlockKey(tree.Id, offset), out _))
            {
                windows.Add(isSmall ? offset / step * step : offset);
            }
        }

        return FanOut<(IndexBlockStore Store, IndexTree Tree, long[] Windows, int Size)>.RunAsync(
            (this, tree, [.. windows], step),
            windows.Count,
            reader.InFlightMax,
            static (state, index, token) =>
                state.Store.ReadWindowAsync(state.Tree, state.Windows[index], state.Size, token),
            cancellationToken);
    }

    private async ValueTask<IndexNode> ReadAsync(IndexTree tree, long offset, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(tree.BlockSize);
        try
        {
            Memory<byte> block = buffer.AsMemory(0, tree.BlockSize);
            await reader.ReadAsync(tree.Allocation!, offset, tree.BlockSize, block, cancellationToken);
            IndexNode node = Parse(tree, offset, block.Span);
            return _cache.Add(new IndexBlockKey(tree.Id, offset), node, node.Footprint);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask ReadWindowAsync(IndexTree tree, long offset, int size, CancellationToken cancellationToken)
    {
        int length = (int)(Math.Min(size, tree.Allocation!.SizeBytes - offset) / tree.BlockSize * tree.BlockSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await reader.ReadAsync(tree.Allocation, offset, length, buffer.AsMemory(0, length), cancellationToken);
            for (int at = 0; at < length; at += tree.BlockSize)
            {
                KeepIfSound(tree, offset + at, buffer.AsSpan(at, tree.BlockSize));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Keeps a block that can be read. Others may be free, and are reported when the tree leads to them.</summary>
    private void KeepIfSound(IndexTree tree, long offset, Span<byte> block)
    {
        var key = new IndexBlockKey(tree.Id, offset);
        if (!block.StartsWith(IndexBlockHeader.Magic) || _cache.TryGet(key, out _))
        {
            return;
        }

        try
        {
            IndexNode node = Parse(tree, offset, block);
            _cache.Add(key, node, node.Footprint);
        }
        catch (DamagedMediumException)
        {
            // Whoever follows the tree to this block reads it again, and is told.
        }
    }

    private static IndexNode Parse(IndexTree tree, long offset, Span<byte> block)
    {
        Medium.Holds(block.StartsWith(IndexBlockHeader.Magic), Structure, "the signature is missing");
        Medium.Holds(UpdateSequence.TryUndo(block), Structure, "a write to it was torn");
        Medium.Holds(
            IndexBlockHeader.Read(block).Vcn == tree.VcnOf(offset), Structure, "it belongs to another place");
        return IndexNode.Read(block[IndexBlockHeader.NodeOffset..], tree.Id.Kind);
    }

    private readonly record struct IndexBlockKey(IndexTreeId Tree, long Offset);
}
