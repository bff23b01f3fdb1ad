using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Indexes;

// Entry of a node
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+-------+-------+-------+-------+
//   00  | Reference                     | Length| KeyLen| Flags |       |  key ... padding ... ChildVcn(8)
//       +-------+-------+---------------+-------+-------+-------+-------+
//   00  | DataAt| DataLn|               |  in a view index
//       +-------+-------+---------------+
//
//   Flags   1 a child VCN stands in the last 8 bytes     2 the last entry of the node, without a key

/// <summary>The head of an entry of an index.</summary>
internal readonly record struct IndexEntryHeader
{
    public const int Size = 0x10;

    private const string Structure = "index entry";
    private const ushort ChildFlag = 1;
    private const ushort LastFlag = 2;
    private const int ChildSize = 8;

    /// <summary>The file that a directory entry names.</summary>
    public required FileReference Reference { get; init; }
    public required int Length { get; init; }
    public required int KeyLength { get; init; }
    public required bool HasChild { get; init; }
    public required bool IsLast { get; init; }

    /// <summary>Reads the head of the entry with which the rest of a node begins.</summary>
    public static IndexEntryHeader Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= Size, Structure, "it is cut off by the end of the node");
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(source[0x0C..]);
        var entry = new IndexEntryHeader
        {
            Reference = FileReference.Read(source),
            Length = BinaryPrimitives.ReadUInt16LittleEndian(source[0x08..]),
            KeyLength = BinaryPrimitives.ReadUInt16LittleEndian(source[0x0A..]),
            HasChild = (flags & ChildFlag) != 0,
            IsLast = (flags & LastFlag) != 0,
        };

        int childSize = entry.HasChild ? ChildSize : 0;
        int keyLength = entry.IsLast ? 0 : entry.KeyLength;
        Medium.Holds(
            entry.Length <= source.Length && entry.Length % 8 == 0, Structure, "it does not fit into the node");
        Medium.Holds(entry.Length >= Size + keyLength + childSize, Structure, "its key does not fit into it");
        return entry;
    }

    /// <summary>The data of an entry of a view index.</summary>
    public static ReadOnlySpan<byte> ViewData(ReadOnlySpan<byte> entry)
    {
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[0x02..]);
        Medium.Holds(offset >= Size && offset + length <= entry.Length, Structure, "its data lie outside");
        return entry.Slice(offset, length);
    }

    /// <summary>The VCN of the child of an entry that has one.</summary>
    public static long ChildVcn(ReadOnlySpan<byte> entry) =>
        BinaryPrimitives.ReadInt64LittleEndian(entry[^ChildSize..]);
}
