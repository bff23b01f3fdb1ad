using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Indexes;

// INDX block of $INDEX_ALLOCATION
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+-------+-------+-------------------------------+
//   00  | "INDX"        | fix-ups       | LogSequenceNumber             |
//       +---------------+-------+-------+-------------------------------+
//   10  | Vcn of this block             | node header ...
//       +-------------------------------+

/// <summary>The head of a block of an index.</summary>
internal readonly record struct IndexBlockHeader(long Vcn)
{
    /// <summary>Where the node begins.</summary>
    public const int NodeOffset = 0x18;

    public static ReadOnlySpan<byte> Magic => "INDX"u8;

    public static IndexBlockHeader Read(ReadOnlySpan<byte> block)
    {
        Invariant.Holds(block.Length >= NodeOffset);
        return new IndexBlockHeader(BinaryPrimitives.ReadInt64LittleEndian(block[0x10..]));
    }
}
