using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Streams;

// LZNT1: a sequence of chunks, each of which yields up to 4,096 bytes
//
//        15  14  13  12  11                          0
//       +---+-----------+-----------------------------+
//       | C | 3         | bytes that follow - 1       |   a header of 0 ends the unit
//       +---+-----------+-----------------------------+
//
//   C = 0: the bytes that follow are plain. C = 1: groups of one flag byte and 8 tokens, the lowest flag first; a flag
//   of 0 is a literal byte, of 1 a copy of two bytes: displacement - 1 in the high bits, length - 3 in the low ones.
//   The displacement has 4 bits while the chunk has yielded up to 16 bytes, and one more with each doubling.

/// <summary>Decompresses the content of a compression unit.</summary>
internal static class Lznt1
{
    public const int ChunkSize = 4096;

    /// <summary>
    /// Fills the whole destination. What the source does not yield is zero, as the format has it for the rest of a
    /// unit. A damaged chunk is zero too.
    /// </summary>
    /// <returns>False if something was damaged.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        bool isSound = true;
        int at = 0;
        while (at < destination.Length)
        {
            Span<byte> output = destination.Slice(at, Math.Min(ChunkSize, destination.Length - at));
            int header = source.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(source);
            if (header == 0)
            {
                destination[at..].Clear();
                return isSound;
            }

            int length = (header & 0x0FFF) + 1;
            bool fits = length <= source.Length - 2;
            if (!fits || !TryYield(source.Slice(2, length), (header & 0x8000) != 0, output))
            {
                isSound = false;
                output.Clear();
            }

            // LIMIT: each turn takes at least three bytes of the source or ends.
            source = fits ? source[(2 + length)..] : [];
            at += output.Length;
        }

        return isSound;
    }

    private static bool TryYield(ReadOnlySpan<byte> chunk, bool isCompressed, Span<byte> output)
    {
        if (isCompressed)
        {
            return TryExpand(chunk, output);
        }

        int count = Math.Min(chunk.Length, output.Length);
        chunk[..count].CopyTo(output);
        output[count..].Clear();
        return true;
    }

    private static bool TryExpand(ReadOnlySpan<byte> chunk, Span<byte> output)
    {
        int from = 0;
        int at = 0;
        while (from < chunk.Length && at < output.Length)
        {
            int flags = chunk[from++];
            for (int token = 0; token < 8 && from < chunk.Length && at < output.Length; token++, flags >>= 1)
            {
                if ((flags & 1) == 0)
                {
                    output[at++] = chunk[from++];
                    continue;
                }

                if (chunk.Length - from < 2)
                {
                    return false;
                }

                int copy = BinaryPrimitives.ReadUInt16LittleEndian(chunk[from..]);
                from += 2;
                if (!TryRepeat(copy, output, ref at))
                {
                    return false;
                }
            }
        }

        output[at..].Clear();
        return true;
    }

    private static bool TryRepeat(int copy, Span<byte> output, ref int at)
    {
        int lengthBits = LengthBits(at);
        int displacement = (copy >> lengthBits) + 1;
        int length = Math.Min((copy & ((1 << lengthBits) - 1)) + 3, output.Length - at);
        if (displacement > at)
        {
            return false;
        }

        if (displacement >= length)
        {
            output.Slice(at - displacement, length).CopyTo(output[at..]);
        }
        else
        {
            // The copy overlaps what it writes: that is how a pattern is repeated, so it goes byte by byte.
            for (int i = 0; i < length; i++)
            {
                output[at + i] = output[at + i - displacement];
            }
        }

        at += length;
        return true;
    }

    private static int LengthBits(int produced)
    {
        int bits = 12;
        for (int reach = produced - 1; reach >= 16; reach >>= 1)
        {
            bits--;
        }

        return bits;
    }
}
