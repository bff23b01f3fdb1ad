using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

// Run list
//
//   each run:  [high nibble: bytes of b, low nibble: bytes of a] [a: count, positive] [b: LCN less the LCN before]
//   b missing, or an LCN of -1 (NT4): a hole. A byte 00 ends the list.

/// <summary>Reads a run list into extents.</summary>
internal static class RunDecoder
{
    private const long HoleOfNt4 = -1;

    /// <summary>Appends the runs of one piece, whose deltas begin at zero.</summary>
    /// <returns>What is wrong, or nothing.</returns>
    public static string? Append(ReadOnlySpan<byte> runs, ulong volumeClusters, Extents extents)
    {
        long lcn = 0;
        while (!runs.IsEmpty && runs[0] != 0)
        {
            int countLength = runs[0] & 0x0F;
            int deltaLength = runs[0] >> 4;
            if (countLength is < 1 or > 8 || deltaLength > 8 || runs.Length < 1 + countLength + deltaLength)
            {
                return "a run leaves the attribute";
            }

            long count = ReadSigned(runs.Slice(1, countLength));
            lcn = unchecked(lcn + ReadSigned(runs.Slice(1 + countLength, deltaLength)));
            runs = runs[(1 + countLength + deltaLength)..];
            if (count <= 0)
            {
                return $"a run has {count} clusters";
            }

            bool isHole = deltaLength == 0 || lcn == HoleOfNt4;
            if (!isHole && !IsInside(lcn, count, volumeClusters))
            {
                return $"{count} clusters from {lcn} leave the volume, which has {volumeClusters}";
            }

            if (!extents.TryAppend(isHole ? null : (ulong)lcn, (ulong)count))
            {
                return "the runs are longer than a stream can be";
            }
        }

        return runs.IsEmpty ? "the list has no end" : null;
    }

    private static bool IsInside(long lcn, long count, ulong volumeClusters)
    {
        return lcn >= 0 && (ulong)lcn < volumeClusters && (ulong)count <= volumeClusters - (ulong)lcn;
    }

    private static long ReadSigned(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        long value = unchecked((sbyte)bytes[^1]);
        for (int i = bytes.Length - 2; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }
}
