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

    // LIMIT: a listing of a directory wants all of its blocks, so they are read in transfers of this size. Of one that
    // would push everything else out of the cache only those are read that come next in the order of its names.
    private const int WindowSize = 128 * 1024;
    private const int WholeShare = 2;
    private const int ChildrenMax = 128;

    // LIMIT: two blocks this close are cheaper to read in one transfer with what lies between them.
    private const int GapSizeMax = 16 * 1024;

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

        List<BlockRun> runs = tree.Allocation!.SizeBytes <= cacheBytesMax / WholeShare
            ? Windows(tree, Missing(tree, parent, from))
            : Merge(tree, Missing(tree, parent, from));
        return FanOut<(IndexBlockStore Store, IndexTree Tree, List<BlockRun> Runs)>.RunAsync(
            (this, tree, runs),
            runs.Count,
            reader.InFlightMax,
            static (state, index, token) => state.Store.ReadRunAsync(state.Tree, state.Runs[index], token),
            cancellationToken);
    }

    /// <summary>The places of the next children that are not in memory, in the order of the medium.</summary>
    private SortedSet<long> Missing(IndexTree tree, IndexNode parent, int from)
    {
        int end = Math.Min(parent.KeyCount + 1, from + ChildrenMax);
        var missing = new SortedSet<long>();
        for (int i = from; i < end; i++)
        {
            long offset = tree.ChildOffset(parent, i);
            if (!_cache.TryGet(new IndexBlockKey(tree.Id, offset), out _))
            {
                missing.Add(offset);
            }
        }

        return missing;
    }

    /// <summary>The aligned windows in which the blocks lie, whatever else lies there.</summary>
    private static List<BlockRun> Windows(IndexTree tree, SortedSet<long> missing)
    {
        int size = Math.Max(WindowSize / tree.BlockSize, 1) * tree.BlockSize;
        IEnumerable<long> starts = missing.Select(offset => offset / size * size).Distinct();
        return [.. starts.Select(start => new BlockRun(start, size))];
    }

    /// <summary>The blocks, those that lie close together as one run.</summary>
    private static List<BlockRun> Merge(IndexTree tree, SortedSet<long> missing)
    {
        var runs = new List<BlockRun>();
        foreach (long offset in missing)
        {
            BlockRun last = runs.Count == 0 ? default : runs[^1];
            bool isNear = last.Size > 0 && offset - last.End <= GapSizeMax && offset - last.Start < WindowSize;
            if (isNear)
            {
                runs[^1] = last with { Size = (int)(offset - last.Start) + tree.BlockSize };
            }
            else
            {
                runs.Add(new BlockRun(offset, tree.BlockSize));
            }
        }

        return runs;
    }

    private async ValueTask<IndexNode> ReadAsync(IndexTree tree, long offset, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(tree.BlockSize);
        try
        {
            Memory<byte> block = buffer.AsMemory(0, tree.BlockSize);
            long seen = reader.Pending?.Version ?? 0;
            await reader.ReadAsync(tree.Allocation!, offset, tree.BlockSize, block, cancellationToken);
            IndexNode node = Parse(tree, offset, block.Span);
            return Keep(new IndexBlockKey(tree.Id, offset), node, seen);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask ReadRunAsync(IndexTree tree, BlockRun run, CancellationToken cancellationToken)
    {
        long present = Math.Min(run.Size, tree.Allocation!.SizeBytes - run.Start);
        int length = (int)(present / tree.BlockSize * tree.BlockSize);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            long seen = reader.Pending?.Version ?? 0;
            await reader.ReadAsync(tree.Allocation, run.Start, length, buffer.AsMemory(0, length), cancellationToken);
            for (int at = 0; at < length; at += tree.BlockSize)
            {
                KeepIfSound(tree, run.Start + at, buffer.AsSpan(at, tree.BlockSize), seen);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Keeps a block that can be read. Others may be free, and are reported when the tree leads to them.
    /// </summary>
    private void KeepIfSound(IndexTree tree, long offset, Span<byte> block, long seen)
    {
        var key = new IndexBlockKey(tree.Id, offset);
        if (!block.StartsWith(IndexBlockHeader.Magic) || _cache.TryGet(key, out _))
        {
            return;
        }

        try
        {
            IndexNode node = Parse(tree, offset, block);
            Keep(key, node, seen);
        }
        catch (DamagedMediumException)
        {
            // Whoever follows the tree to this block reads it again, and is told.
        }
    }

    /// <summary>Puts a block that was changed in the place of what was read before.</summary>
    public void Replace(IndexTreeId tree, long offset, IndexNode node) =>
        _cache.Replace(new IndexBlockKey(tree, offset), node, node.Footprint);

    /// <summary>Forgets a block that is no part of the index any more.</summary>
    public void Forget(IndexTreeId tree, long offset) => _cache.Remove(new IndexBlockKey(tree, offset));

    private IndexNode Keep(IndexBlockKey key, IndexNode node, long seen) =>
        reader.Pending is not { } pending
            ? _cache.Add(key, node, node.Footprint)
            : pending.KeepIfCurrent(seen, () => _cache.Add(key, node, node.Footprint), node);

    private static IndexNode Parse(IndexTree tree, long offset, Span<byte> block)
    {
        Medium.Holds(block.StartsWith(IndexBlockHeader.Magic), Structure, "the signature is missing");
        Medium.Holds(UpdateSequence.TryUndo(block), Structure, "a write to it was torn");
        Medium.Holds(
            IndexBlockHeader.Read(block).Vcn == tree.VcnOf(offset), Structure, "it belongs to another place");
        return IndexNode.Read(block[IndexBlockHeader.NodeOffset..], tree.Id.Kind, IndexBlockStamp.Read(block));
    }

    private readonly record struct BlockRun(long Start, int Size)
    {
        public long End => Start + Size;
    }

    private readonly record struct IndexBlockKey(IndexTreeId Tree, long Offset);
}
