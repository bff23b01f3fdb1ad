using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Records;

// Run list of one run
//
//   [high nibble: bytes of b, low nibble: bytes of a] [a: count] [b: LCN] 00      without b: a hole
//   Both numbers take as few bytes as leave their top bit clear.

/// <summary>Writes the run list of a stream that lies in one place.</summary>
internal static class RunList
{
    public static byte[] Of(ulong lcn, ulong count)
    {
        byte[] countBytes = Shortest(count);
        byte[] lcnBytes = Shortest(lcn);
        return [(byte)((lcnBytes.Length << 4) | countBytes.Length), .. countBytes, .. lcnBytes, 0];
    }

    public static byte[] OfHole(ulong count)
    {
        byte[] countBytes = Shortest(count);
        return [(byte)countBytes.Length, .. countBytes, 0];
    }

    /// <summary>The clusters of such a list.</summary>
    public static ulong CountOf(ReadOnlySpan<byte> runs)
    {
        ulong count = 0;
        for (int i = runs[0] & 0x0F; i > 0; i--)
        {
            count = (count << 8) | runs[i];
        }

        return count;
    }

    private static byte[] Shortest(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        int length = bytes.Length;
        while (length > 1 && bytes[length - 1] == 0 && bytes[length - 2] < 0x80)
        {
            length--;
        }

        return bytes[..length];
    }
}
