using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>The orders that keys of view indexes have.</summary>
internal static class Collation
{
    private const uint Binary = 0x00;
    private const uint Number = 0x10;
    private const uint SecurityHash = 0x12;
    private const uint Numbers = 0x13;

    /// <summary>Nothing for an order that no public document describes.</summary>
    public static int? Compare(uint collation, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => collation switch
    {
        Binary => first.SequenceCompareTo(second),
        Number or SecurityHash or Numbers => CompareNumbers(first, second),
        _ => null,
    };

    // Word for word; what is left over at the end is no word.
    private static int CompareNumbers(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int common = Math.Min(first.Length, second.Length);
        for (int i = 0; i + 4 <= common; i += 4)
        {
            int order = ReadUInt32LittleEndian(first[i..]).CompareTo(ReadUInt32LittleEndian(second[i..]));
            if (order != 0)
            {
                return order;
            }
        }

        return first.Length.CompareTo(second.Length);
    }
}
