using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// Protection of FILE, INDX and RSTR against torn writes
//
//    0  4  signature
//    4  2  offset of the array
//    6  2  words of the array = 1 + size / 512
//
//   array:  number, word 1, word 2, ...    The last word of stride i was moved to word i, and replaced by the number.
//   The stride is 512 whatever the sector is.

/// <summary>What became of a structure when its protection was taken off.</summary>
internal enum ProtectionState
{
    /// <summary>All strides are of one write, and the words are back in their place.</summary>
    Whole,

    /// <summary>The array itself is impossible. Nothing was changed.</summary>
    Malformed,

    /// <summary>A stride is of another write. Some words may be back in their place.</summary>
    Torn,
}

/// <summary>Takes the protection off a structure.</summary>
internal static class Protection
{
    private const int Stride = 512;

    public static ProtectionState Remove(Span<byte> structure)
    {
        int offset = ReadUInt16LittleEndian(structure[4..]);
        int count = ReadUInt16LittleEndian(structure[6..]);
        bool isPlausible = offset >= 8
            && offset % 2 == 0
            && count == 1 + (structure.Length / Stride)
            && offset + (2 * count) <= Stride - 2;
        if (!isPlausible)
        {
            return ProtectionState.Malformed;
        }

        Span<byte> number = structure.Slice(offset, 2);
        for (int i = 1; i < count; i++)
        {
            Span<byte> last = structure.Slice((i * Stride) - 2, 2);
            if (!last.SequenceEqual(number))
            {
                return ProtectionState.Torn;
            }

            structure.Slice(offset + (2 * i), 2).CopyTo(last);
        }

        return ProtectionState.Whole;
    }
}
