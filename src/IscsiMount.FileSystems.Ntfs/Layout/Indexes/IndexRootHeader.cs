using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Indexes;

// $INDEX_ROOT
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+---------------+---------------+---+-----------+
//   00  | IndexedType   | Collation     | BlockSize     |C/B|           |  a node header follows
//       +---------------+---------------+---------------+---+-----------+

/// <summary>What an index holds and how large its blocks are.</summary>
internal readonly record struct IndexRootHeader(uint IndexedType, uint Collation, int BlockSize)
{
    public const int Length = 0x10;

    private const int BlockSizeMin = 512;
    private const int BlockSizeMax = 64 * 1024;

    public static IndexRootHeader Read(ReadOnlySpan<byte> source)
    {
        const string Structure = "$INDEX_ROOT";
        Medium.Holds(source.Length >= Length + IndexNodeHeader.Length, Structure, "it is too short");
        uint blockSize = BinaryPrimitives.ReadUInt32LittleEndian(source[0x08..]);
        Medium.Holds(
            blockSize is >= BlockSizeMin and <= BlockSizeMax && blockSize % BlockSizeMin == 0,
            Structure,
            "the size of its blocks is impossible");

        return new IndexRootHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[0x04..]),
            (int)blockSize);
    }

    /// <summary>Writes the head of the root of an index.</summary>
    /// <param name="destination">Where.</param>
    /// <param name="unitsPerBlock">How far the numbers of two neighbouring blocks are apart.</param>
    public void Write(Span<byte> destination, int unitsPerBlock)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, IndexedType);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[0x04..], Collation);
        BinaryPrimitives.WriteInt32LittleEndian(destination[0x08..], BlockSize);
        destination[0x0C] = (byte)unitsPerBlock;
    }
}
