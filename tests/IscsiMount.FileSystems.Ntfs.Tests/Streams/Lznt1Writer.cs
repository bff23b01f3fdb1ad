using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Tests.Streams;

/// <summary>
/// Compresses for tests: greedy, with the nearest match of two candidates, written from the format alone.
/// </summary>
internal static class Lznt1Writer
{
    public static byte[] Compress(ReadOnlySpan<byte> plain)
    {
        var output = new List<byte>();
        for (int at = 0; at < plain.Length; at += Lznt1.ChunkSize)
        {
            ReadOnlySpan<byte> chunk = plain.Slice(at, Math.Min(Lznt1.ChunkSize, plain.Length - at));
            List<byte> packed = CompressChunk(chunk);
            bool isSmaller = packed.Count < chunk.Length;
            int size = isSmaller ? packed.Count : chunk.Length;
            int header = (isSmaller ? 0xB000 : 0x3000) | (size - 1);
            output.AddRange([unchecked((byte)header), (byte)(header >> 8)]);
            output.AddRange(isSmaller ? packed.ToArray() : chunk.ToArray());
        }

        output.AddRange([0, 0]);
        return [.. output];
    }

    private static List<byte> CompressChunk(ReadOnlySpan<byte> chunk)
    {
        var output = new List<byte>();
        var heads = new Dictionary<int, int>();
        int at = 0;
        while (at < chunk.Length)
        {
            int flagsAt = output.Count;
            output.Add(0);
            for (int token = 0; token < 8 && at < chunk.Length; token++)
            {
                int displacementBits = Math.Max(4, at <= 1 ? 0 : (int)Math.Floor(Math.Log2(at - 1)) + 1);
                int lengthMax = (1 << (16 - displacementBits)) + 2;
                int length = FindMatch(chunk, at, heads, lengthMax, out int displacement);
                if (length < 3)
                {
                    output.Add(chunk[at]);
                    length = 1;
                }
                else
                {
                    int copy = ((displacement - 1) << (16 - displacementBits)) | (length - 3);
                    output.Add(unchecked((byte)copy));
                    output.Add((byte)(copy >> 8));
                    output[flagsAt] |= (byte)(1 << token);
                }

                Remember(chunk, at, length, heads);
                at += length;
            }
        }

        return output;
    }

    private static int FindMatch(
        ReadOnlySpan<byte> chunk, int at, Dictionary<int, int> heads, int lengthMax, out int displacement)
    {
        displacement = 0;
        if (at + 3 > chunk.Length || !heads.TryGetValue(KeyAt(chunk, at), out int from))
        {
            return 0;
        }

        displacement = at - from;
        int length = 0;
        while (length < lengthMax && at + length < chunk.Length && chunk[from + length] == chunk[at + length])
        {
            length++;
        }

        return length;
    }

    private static void Remember(ReadOnlySpan<byte> chunk, int at, int length, Dictionary<int, int> heads)
    {
        for (int i = at; i < at + length && i + 3 <= chunk.Length; i++)
        {
            heads[KeyAt(chunk, i)] = i;
        }
    }

    private static int KeyAt(ReadOnlySpan<byte> chunk, int at) =>
        chunk[at] | (chunk[at + 1] << 8) | (chunk[at + 2] << 16);
}
