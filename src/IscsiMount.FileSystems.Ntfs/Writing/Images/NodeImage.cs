using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Images;

/// <summary>A node of an index that is being changed. Its last entry has no key.</summary>
internal sealed class NodeImage
{
    private const int BlockArrayOffset = 0x28;

    public NodeImage(IEnumerable<EntryImage> entries, IndexBlockStamp stamp = default)
    {
        Stamp = stamp;
        Entries = [.. entries];
        Invariant.Holds(Entries.Count > 0 && Entries[^1].IsLast);
    }

    public List<EntryImage> Entries { get; }

    /// <summary>What the block was last written with.</summary>
    public IndexBlockStamp Stamp { get; }

    public int KeyCount => Entries.Count - 1;

    public bool HasChildren => Entries[0].Child is not null;

    private int EntriesSize => Entries.Sum(entry => entry.Size);

    public static NodeImage From(IndexNode node) =>
        new(
            Enumerable.Range(0, node.KeyCount + 1).Select(index => EntryImage.From(node.EntryBytes(index))),
            node.Stamp);

    public static NodeImage Empty() => new([EntryImage.Last()]);

    public bool FitsBlock(int blockSize) => FirstInBlock(blockSize) + EntriesSize <= blockSize;

    /// <summary>The first entry that does not come before a name, and whether it is that name.</summary>
    public (int Index, bool IsExact) Locate(ReadOnlySpan<char> name, UpCaseTable upCase)
    {
        int low = 0;
        int high = KeyCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = upCase.Compare(name, FileNameKey.NameUnits(Entries[middle].Key));
            if (order == 0)
            {
                return (middle, true);
            }

            (low, high) = order > 0 ? (middle + 1, high) : (low, middle);
        }

        return (low, false);
    }

    /// <summary>
    /// Cuts the node in the middle: it keeps what stands before the median, and the rest is the second half.
    /// </summary>
    public (EntryImage Median, NodeImage Upper) Split()
    {
        Invariant.Holds(KeyCount >= 3);
        int half = EntriesSize / 2;
        int index = 0;
        for (int size = 0; index < KeyCount - 2 && size + Entries[index].Size <= half; index++)
        {
            size += Entries[index].Size;
        }

        index = Math.Max(index, 1);
        EntryImage median = Entries[index];
        var upper = new NodeImage(Entries[(index + 1)..]);
        Entries.RemoveRange(index, Entries.Count - index);
        Entries.Add(EntryImage.Last(median.Child));
        return (median, upper);
    }

    /// <summary>The value of $INDEX_ROOT with this node.</summary>
    public byte[] ToRootValue(ReadOnlySpan<byte> rootHeader)
    {
        byte[] value = new byte[IndexRootHeader.Length + IndexNodeHeader.Length + EntriesSize];
        rootHeader[..IndexRootHeader.Length].CopyTo(value);

        // COMPAT: the allocated size of a root follows its used size; chkdsk rejects a smaller one.
        WriteNode(value.AsSpan(IndexRootHeader.Length), IndexNodeHeader.Length, value.Length - IndexRootHeader.Length);
        return value;
    }

    /// <summary>The bytes of an INDX block with this node, without protection.</summary>
    public byte[] ToBlock(int blockSize, long vcn)
    {
        byte[] block = new byte[blockSize];
        IndexBlockHeader.Magic.CopyTo(block);
        UpdateSequence.Place(block, BlockArrayOffset, blockSize);
        Stamp.Write(block);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(0x10), vcn);
        Span<byte> node = block.AsSpan(IndexBlockHeader.NodeOffset);
        WriteNode(node, FirstInBlock(blockSize) - IndexBlockHeader.NodeOffset, node.Length);
        return block;
    }

    private static int FirstInBlock(int blockSize) => UpdateSequence.EndOf(BlockArrayOffset, blockSize);

    private void WriteNode(Span<byte> node, int firstEntry, int allocatedSize)
    {
        int at = firstEntry;
        foreach (EntryImage entry in Entries)
        {
            entry.Write(node[at..]);
            at += entry.Size;
        }

        new IndexNodeHeader(firstEntry, at, HasChildren).Write(node, allocatedSize);
    }
}
