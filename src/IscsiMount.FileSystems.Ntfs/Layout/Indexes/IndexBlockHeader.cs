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

/// <summary>What a block carries along from one writing to the next.</summary>
/// <param name="LogSequenceNumber">The last change that Windows logged; it is left as it is.</param>
/// <param name="UpdateNumber">The number with which its strides were protected.</param>
internal readonly record struct IndexBlockStamp(ulong LogSequenceNumber, ushort UpdateNumber)
{
    /// <summary>Reads the stamp of a block whose fix-ups were found sound.</summary>
    public static IndexBlockStamp Read(ReadOnlySpan<byte> block)
    {
        int array = BinaryPrimitives.ReadUInt16LittleEndian(block[0x04..]);
        return new IndexBlockStamp(
            BinaryPrimitives.ReadUInt64LittleEndian(block[0x08..]),
            BinaryPrimitives.ReadUInt16LittleEndian(block[array..]));
    }

    /// <summary>Writes the stamp into a block whose array is in place.</summary>
    public void Write(Span<byte> block)
    {
        int array = BinaryPrimitives.ReadUInt16LittleEndian(block[0x04..]);
        BinaryPrimitives.WriteUInt64LittleEndian(block[0x08..], LogSequenceNumber);
        BinaryPrimitives.WriteUInt16LittleEndian(block[array..], UpdateNumber);
    }
}
