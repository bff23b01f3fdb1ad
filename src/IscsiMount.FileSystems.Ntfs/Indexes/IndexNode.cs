using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>What the keys of an index are.</summary>
internal enum IndexKind
{
    /// <summary>$FILE_NAME values: a directory.</summary>
    FileNames,

    /// <summary>Numbers of 32 bits, ascending: $SII.</summary>
    Numbers,
}

/// <summary>A node of an index, checked and immutable: its bytes, and where its entries lie.</summary>
internal sealed class IndexNode
{
    private readonly byte[] _bytes;
    private readonly ushort[] _entries;

    private IndexNode(byte[] bytes, ushort[] entries, bool hasChildren, IndexBlockStamp stamp)
    {
        _bytes = bytes;
        _entries = entries;
        HasChildren = hasChildren;
        Stamp = stamp;
    }

    /// <summary>What the block of the node was last written with; nothing for a root.</summary>
    public IndexBlockStamp Stamp { get; }

    public bool HasChildren { get; }

    /// <summary>Entries with a key. Behind them stands one more without, whose child holds what is greater.</summary>
    public int KeyCount => _entries.Length - 1;

    /// <summary>About the memory that this object takes.</summary>
    public int Footprint => _bytes.Length + (_entries.Length * 2) + 96;

    /// <summary>Reads the node that fills these bytes.</summary>
    /// <exception cref="DamagedMediumException">It contradicts itself.</exception>
    public static IndexNode Read(ReadOnlySpan<byte> node, IndexKind kind, IndexBlockStamp stamp = default)
    {
        var header = IndexNodeHeader.Read(node);
        byte[] bytes = node[..header.UsedSize].ToArray();
        var entries = new List<ushort>(32);
        int offset = header.FirstEntry;
        while (true)
        {
            // INVARIANT: a node is at most 64 KiB, so an offset in it fits.
            entries.Add((ushort)offset);
            var entry = IndexEntryHeader.Read(bytes.AsSpan(offset));
            Medium.Holds(entry.HasChild == header.HasChildren, "index entry", "it has a child where its node has none");
            if (entry.IsLast)
            {
                return new IndexNode(bytes, [.. entries], header.HasChildren, stamp);
            }

            CheckKey(bytes.AsSpan(offset + IndexEntryHeader.Size, entry.KeyLength), kind);
            offset += entry.Length;
        }
    }

    public ReadOnlySpan<byte> Key(int index)
    {
        IndexEntryHeader entry = Header(index);
        return Entry(index).Slice(IndexEntryHeader.Size, entry.KeyLength);
    }

    public FileReference Reference(int index) => Header(index).Reference;

    /// <summary>The data of an entry of a view index.</summary>
    public ReadOnlySpan<byte> Data(int index) => IndexEntryHeader.ViewData(Entry(index));

    /// <summary>The VCN of the child with the keys before an entry.</summary>
    public long ChildVcn(int index) => IndexEntryHeader.ChildVcn(Entry(index));

    /// <summary>A whole entry; the last one, without a key, stands at <see cref="KeyCount"/>.</summary>
    public ReadOnlySpan<byte> EntryBytes(int index) => Entry(index);

    private static void CheckKey(ReadOnlySpan<byte> key, IndexKind kind)
    {
        bool isSound = kind switch
        {
            IndexKind.FileNames => FileNameKey.Fits(key) && key[0x40] > 0,
            IndexKind.Numbers => key.Length >= 4,
        };
        Medium.Holds(isSound, "index entry", "its key is cut off");
    }

    private IndexEntryHeader Header(int index) => IndexEntryHeader.Read(_bytes.AsSpan(_entries[index]));

    private ReadOnlySpan<byte> Entry(int index) => _bytes.AsSpan(_entries[index], Header(index).Length);
}
