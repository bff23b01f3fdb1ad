using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// Multi-sector protection of FILE, INDX, RSTR and RCRD: the last word of every 512 bytes is replaced by the sequence
// number, so that a torn write shows. The stride is 512 whatever the sectors of the device are.
//
//         0   1   2   3   4   5   6   7         Offset
//       +---------------+-------+-------+     +--------+--------+--------+-----+
//   00  | Magic         | Offset| Count | ... | number | saved1 | saved2 | ... |  Count words: 1 + size / 512
//       +---------------+-------+-------+     +--------+--------+--------+-----+

/// <summary>The protection of a structure against torn writes.</summary>
internal static class UpdateSequence
{
    public const int Stride = 512;

    /// <summary>
    /// Puts the saved words back. False means that the structure was torn or is none; half of it may be changed.
    /// </summary>
    public static bool TryUndo(Span<byte> block)
    {
        int strideCount = block.Length / Stride;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(block[4..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(block[6..]);
        if (strideCount == 0 || block.Length % Stride != 0 || count != strideCount + 1)
        {
            return false;
        }

        // The array lies within the first stride and does not cover the word that it protects there.
        if (offset < 8 || offset % 2 != 0 || offset + (count * 2) > Stride - 2)
        {
            return false;
        }

        ushort number = BinaryPrimitives.ReadUInt16LittleEndian(block[offset..]);
        for (int i = 1; i < count; i++)
        {
            Span<byte> end = block.Slice((i * Stride) - 2, 2);
            if (BinaryPrimitives.ReadUInt16LittleEndian(end) != number)
            {
                return false;
            }

            block.Slice(offset + (i * 2), 2).CopyTo(end);
        }

        return true;
    }

    /// <summary>
    /// Protects a structure whose array is in place: the number goes up, the words at the ends of strides are saved and
    /// replaced by it.
    /// </summary>
    public static void Protect(Span<byte> block)
    {
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(block[4..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(block[6..]);
        Invariant.Holds(block.Length % Stride == 0 && count == (block.Length / Stride) + 1);
        Invariant.Holds(offset >= 8 && offset % 2 == 0 && offset + (count * 2) <= Stride - 2);

        // COMPAT: 0 and FFFF are never used as a number.
        ushort last = BinaryPrimitives.ReadUInt16LittleEndian(block[offset..]);
        ushort number = last >= ushort.MaxValue - 1 ? (ushort)1 : (ushort)(last + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(block[offset..], number);
        for (int i = 1; i < count; i++)
        {
            Span<byte> end = block.Slice((i * Stride) - 2, 2);
            end.CopyTo(block.Slice(offset + (i * 2), 2));
            BinaryPrimitives.WriteUInt16LittleEndian(end, number);
        }
    }

    /// <summary>Writes the place and the length of the array of a new structure; its number is still 0.</summary>
    public static void Place(Span<byte> head, int offset, int blockSize)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)offset);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], (ushort)(1 + (blockSize / Stride)));
    }

    /// <summary>Where the content behind an array begins.</summary>
    public static int EndOf(int offset, int blockSize) => (offset + (((blockSize / Stride) + 1) * 2) + 7) / 8 * 8;
}
