using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Records;

// $INDEX_ROOT            INDX block              node                    entry
//
//   00  4  indexed type    00  4  "INDX"           00  4  first entry      00  8  file, or offset and length
//   04  4  collation       04  4  protection       04  4  bytes used              of the value
//   08  4  block size      10  8  own VCN          08  4  allocated        08  2  length
//   0C  1  units in one    18     node             0C  1  1 = children     0A  2  length of the key
//   10     node            28     array                                    0C  2  1 child, 2 last
//                                                                          10     key, value, child in the last 8

/// <summary>What an index is made of, beside its entries.</summary>
/// <param name="Name">The name of its attributes.</param>
/// <param name="IndexedType">The type of the attribute that is indexed, or 0 in a view index.</param>
/// <param name="Collation">The code of its order.</param>
internal readonly record struct IndexKind(string Name, uint IndexedType, uint Collation)
{
    public static IndexKind Names { get; } = new("$I30", 0x30, 0x01);
}

/// <summary>Writes indexes of one node: the root, or a root with one block below.</summary>
internal static class IndexWriter
{
    private const int RootHeaderLength = 0x10;
    private const int NodeHeaderLength = 0x10;
    private const int EntryHeaderLength = 0x10;
    private const int BlockHeaderLength = 0x18;
    private const int BlockArrayOffset = 0x28;
    private const ushort HasChild = 1;
    private const ushort IsLast = 2;
    private const int SectorSize = 512;

    /// <summary>The value of $INDEX_ROOT that holds all entries, which are given in their order.</summary>
    public static byte[] Root(IndexKind kind, FormatPlan plan, params byte[][] entries)
    {
        return MakeRoot(kind, plan, 0, [.. entries, Last(IsLast, EntryHeaderLength)]);
    }

    /// <summary>The value of $INDEX_ROOT above block 0, which holds all entries.</summary>
    public static byte[] RootAboveBlock(IndexKind kind, FormatPlan plan)
    {
        return MakeRoot(kind, plan, 1, [Last(IsLast | HasChild, EntryHeaderLength + sizeof(ulong))]);
    }

    /// <summary>Block 0, which holds all entries.</summary>
    public static byte[] Block(FormatPlan plan, byte[][] entries)
    {
        byte[] block = new byte[plan.IndexBlockSize];
        "INDX"u8.CopyTo(block);
        int first = (BlockArrayOffset + (2 * Protection.Count(block.Length)) + 7) / 8 * 8;
        int position = first;
        foreach (byte[] entry in (byte[][])[.. entries, Last(IsLast, EntryHeaderLength)])
        {
            entry.CopyTo(block, position);
            position += entry.Length;
        }

        Span<byte> node = block.AsSpan(BlockHeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(node, first - BlockHeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(node[0x04..], position - BlockHeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(node[0x08..], block.Length - BlockHeaderLength);
        Protection.Apply(block, BlockArrayOffset);
        return block;
    }

    /// <summary>An entry of a directory.</summary>
    public static byte[] NameEntry(ulong file, byte[] key)
    {
        byte[] entry = Entry(key, (EntryHeaderLength + key.Length + 7) / 8 * 8);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, file);
        return entry;
    }

    /// <summary>An entry of a view index.</summary>
    /// <param name="key">By which it is found.</param>
    /// <param name="value">What is found.</param>
    /// <param name="padding">What stands behind the value.</param>
    public static byte[] ViewEntry(byte[] key, byte[] value, params byte[] padding)
    {
        int valueOffset = EntryHeaderLength + key.Length;
        byte[] entry = Entry(key, (valueOffset + value.Length + padding.Length + 7) / 8 * 8);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)valueOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(0x02), (ushort)value.Length);
        value.CopyTo(entry, valueOffset);
        padding.CopyTo(entry, valueOffset + value.Length);
        return entry;
    }

    private static byte[] MakeRoot(IndexKind kind, FormatPlan plan, byte nodeFlags, byte[][] entries)
    {
        byte[] header = new byte[RootHeaderLength + NodeHeaderLength];
        int used = NodeHeaderLength + entries.Sum(entry => entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, kind.IndexedType);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x04), kind.Collation);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x08), plan.IndexBlockSize);
        header[0x0C] = UnitsInBlock(plan);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(RootHeaderLength), NodeHeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(RootHeaderLength + 0x04), used);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(RootHeaderLength + 0x08), used);
        header[RootHeaderLength + 0x0C] = nodeFlags;
        return [.. header, .. entries.SelectMany(entry => entry)];
    }

    // Clusters, or 512 bytes where a cluster is larger than a block: what the VCNs of blocks count.
    private static byte UnitsInBlock(FormatPlan plan)
    {
        int unit = plan.ClusterSize <= plan.IndexBlockSize ? plan.ClusterSize : SectorSize;
        return (byte)(plan.IndexBlockSize / unit);
    }

    private static byte[] Last(ushort flags, int length)
    {
        byte[] entry = Entry([], length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(0x0C), flags);
        return entry;
    }

    private static byte[] Entry(byte[] key, int length)
    {
        byte[] entry = new byte[length];
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(0x08), (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(0x0A), (ushort)key.Length);
        key.CopyTo(entry, EntryHeaderLength);
        return entry;
    }
}
