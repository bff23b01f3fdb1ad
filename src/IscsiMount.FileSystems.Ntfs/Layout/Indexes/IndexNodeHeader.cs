using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Indexes;

// Head of a node, in $INDEX_ROOT and in an INDX block. The offsets count from its own beginning.
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+---------------+---------------+---+-----------+
//   00  | FirstEntry    | UsedSize      | allocated     |Flg|           |
//       +---------------+---------------+---------------+---+-----------+
//
//   Flg  1 if the entries have children

/// <summary>Where the entries of a node lie.</summary>
internal readonly record struct IndexNodeHeader(int FirstEntry, int UsedSize, bool HasChildren)
{
    public const int Length = 0x10;

    /// <summary>Reads the head of the node that fills these bytes.</summary>
    public static IndexNodeHeader Read(ReadOnlySpan<byte> node)
    {
        const string Structure = "index node";
        Medium.Holds(node.Length >= Length, Structure, "it is too short");
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(node);
        uint used = BinaryPrimitives.ReadUInt32LittleEndian(node[0x04..]);
        Medium.Holds(used <= (uint)node.Length, Structure, "it claims more bytes than it has");
        Medium.Holds(first >= Length && first % 8 == 0 && first <= used, Structure, "its first entry lies outside");

        return new IndexNodeHeader((int)first, (int)used, (node[0x0C] & 1) != 0);
    }

    /// <summary>Writes the head of a node that may take this many bytes.</summary>
    public void Write(Span<byte> node, int allocatedSize)
    {
        BinaryPrimitives.WriteInt32LittleEndian(node, FirstEntry);
        BinaryPrimitives.WriteInt32LittleEndian(node[0x04..], UsedSize);
        BinaryPrimitives.WriteInt32LittleEndian(node[0x08..], allocatedSize);
        node[0x0C] = HasChildren ? (byte)1 : (byte)0;
    }
}
