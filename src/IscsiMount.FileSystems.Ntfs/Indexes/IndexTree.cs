using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>
/// An index of a file: a B-tree with keys in all nodes, whose root lies in the record. Which blocks are in use is told
/// by the tree; the bitmap beside it matters to those who write.
/// </summary>
internal sealed class IndexTree
{
    /// <summary>LIMIT: 20 levels of a thousand entries are more than any disk holds. A cycle ends here.</summary>
    public const int DepthMax = 20;

    private const string Structure = "index";
    private const int SectorSize = 512;

    private readonly IndexBlockStore _blocks;
    private readonly int _vcnUnit;

    private IndexTree(
        IndexTreeId id, IndexNode root, StreamMap? allocation, IndexBlockStore blocks, IndexRootHeader header)
    {
        Id = id;
        Root = root;
        Allocation = allocation;
        BlockSize = header.BlockSize;
        _blocks = blocks;

        // The numbers of children count clusters, unless a block is smaller than one: then they count 512 bytes.
        int clusterSize = allocation?.ClusterSize ?? 0;
        _vcnUnit = clusterSize > 0 && clusterSize <= header.BlockSize ? clusterSize : SectorSize;
    }

    public IndexTreeId Id { get; }

    public IndexNode Root { get; }

    /// <summary>The stream of the blocks; null in a small index, which has none.</summary>
    public StreamMap? Allocation { get; }

    public int BlockSize { get; }

    public int Footprint => Root.Footprint + (Allocation?.Footprint ?? 0);

    /// <summary>Opens the index of a name, or gives null if the file has none.</summary>
    public static IndexTree? Open(
        MftFile file, string name, IndexKind kind, IndexBlockStore blocks, VolumeGeometry geometry)
    {
        ReadOnlyMemory<AttributePiece> root = file.Find(AttributeType.IndexRoot, name);
        if (root.IsEmpty)
        {
            return null;
        }

        ReadOnlySpan<byte> value = root.Span[0].Value.Span;
        var header = IndexRootHeader.Read(value);
        var node = IndexNode.Read(value[IndexRootHeader.Length..], kind);
        ReadOnlyMemory<AttributePiece> pieces = file.Find(AttributeType.IndexAllocation, name);
        StreamMap? allocation = pieces.IsEmpty ? null : StreamMap.From(pieces.Span, geometry);
        Medium.Holds(
            allocation is null or { Resident: null, IsCompressed: false },
            Structure,
            "its blocks cannot be stored in this way");
        return new IndexTree(new IndexTreeId(file.Base.Reference.Value, kind), node, allocation, blocks, header);
    }

    /// <summary>Finds the entry of a key, or nothing.</summary>
    public async ValueTask<(IndexNode Node, int Index)?> FindAsync(
        IndexSearch search, CancellationToken cancellationToken)
    {
        IndexNode node = Root;
        for (int depth = 0; depth < DepthMax; depth++)
        {
            (int index, bool isExact) = Locate(node, search);
            if (isExact)
            {
                return (node, index);
            }

            if (!node.HasChildren)
            {
                return null;
            }

            node = await GetChildAsync(node, index, cancellationToken);
        }

        throw new DamagedMediumException(Structure, "it is deeper than any can be");
    }

    /// <summary>The first entry of a node that does not come before the wanted key.</summary>
    public static (int Index, bool IsExact) Locate(IndexNode node, IndexSearch search)
    {
        int low = 0;
        int high = node.KeyCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = search.Compare(node.Key(middle));
            if (order == 0)
            {
                return (middle, true);
            }

            (low, high) = order > 0 ? (middle + 1, high) : (low, middle);
        }

        if (low < node.KeyCount)
        {
            search.Pass(node, low);
        }

        if (low > 0)
        {
            search.Pass(node, low - 1);
        }

        return (low, false);
    }

    public ValueTask<IndexNode> GetChildAsync(IndexNode parent, int index, CancellationToken cancellationToken) =>
        _blocks.GetAsync(this, ChildOffset(parent, index), cancellationToken);

    /// <summary>Brings what a listing will want next into memory: the children of a node from an entry on.</summary>
    public ValueTask PrefetchChildrenAsync(IndexNode parent, int from, CancellationToken cancellationToken) =>
        _blocks.PrefetchAsync(this, parent, from, cancellationToken);

    /// <summary>Where the block of a child lies in the allocation.</summary>
    public long ChildOffset(IndexNode parent, int index)
    {
        long vcn = parent.ChildVcn(index);
        Medium.Holds(Allocation is not null, Structure, "it has children and no blocks");
        Medium.Holds(
            vcn >= 0 && vcn <= (Allocation.SizeBytes - BlockSize) / _vcnUnit,
            Structure,
            "a child lies outside of its blocks");
        return vcn * _vcnUnit;
    }

    public long VcnOf(long offset) => offset / _vcnUnit;
}

/// <summary>Names an index of the volume.</summary>
/// <param name="File">The reference of the file that has it.</param>
/// <param name="Kind">Which index of the file.</param>
internal readonly record struct IndexTreeId(ulong File, IndexKind Kind);
