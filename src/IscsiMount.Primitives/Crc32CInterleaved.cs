using System.Numerics;
using System.Runtime.InteropServices;

namespace IscsiMount.Primitives;

/// <summary>
/// CRC32C over three streams at once. The instruction takes three cycles and can start in each, so one stream leaves
/// two thirds of the processor idle. The three registers are joined by tables that append zeros.
/// </summary>
internal static class Crc32CInterleaved
{
    /// <summary>The shortest source that is worth three streams.</summary>
    public const int LengthMin = 3 * ShortStream;

    // LIMIT: three long streams are 4,080 bytes, so a 4 KiB block is one round and 16 bytes. Three short ones are the
    // least that pays for a join.
    private const int LongStream = 1360;
    private const int ShortStream = 168;

    private static readonly uint[] AppendLongStreamOfZeros = CreateZeros(LongStream);
    private static readonly uint[] AppendShortStreamOfZeros = CreateZeros(ShortStream);

    /// <summary>Advances the register, which is neither inverted before nor after.</summary>
    public static uint Append(uint register, ReadOnlySpan<byte> source)
    {
        register = AppendRounds(register, ref source, LongStream, AppendLongStreamOfZeros);
        register = AppendRounds(register, ref source, ShortStream, AppendShortStreamOfZeros);
        return Crc32C.AppendSimple(register, source);
    }

    private static uint AppendRounds(uint register, ref ReadOnlySpan<byte> source, int stream, uint[] zeros)
    {
        while (source.Length >= 3 * stream)
        {
            // Casts, because this is the loop that digests live in. The instruction exists on little-endian only.
            ReadOnlySpan<ulong> first = MemoryMarshal.Cast<byte, ulong>(source[..stream]);
            ReadOnlySpan<ulong> second = MemoryMarshal.Cast<byte, ulong>(source[stream..(2 * stream)]);
            ReadOnlySpan<ulong> third = MemoryMarshal.Cast<byte, ulong>(source[(2 * stream)..(3 * stream)]);
            uint middle = 0;
            uint last = 0;
            for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
            {
                register = BitOperations.Crc32C(register, first[i]);
                middle = BitOperations.Crc32C(middle, second[i]);
                last = BitOperations.Crc32C(last, third[i]);
            }

            register = AppendZeros(zeros, AppendZeros(zeros, register) ^ middle) ^ last;
            source = source[(3 * stream)..];
        }

        return register;
    }

    private static uint AppendZeros(uint[] zeros, uint register)
    {
        return zeros[register & 0xFF]
            ^ zeros[0x100 | ((register >> 8) & 0xFF)]
            ^ zeros[0x200 | ((register >> 16) & 0xFF)]
            ^ zeros[0x300 | (register >> 24)];
    }

    // Appending zeros is linear in the bits of the register, so 32 results make the whole table.
    private static uint[] CreateZeros(int stream)
    {
        byte[] zeros = new byte[stream];
        uint[] table = new uint[4 * 256];
        for (int i = 0; i < 32; i++)
        {
            uint result = Crc32CTable.Append(1u << i, zeros);
            int bit = 1 << (i & 7);
            int row = (i >> 3) << 8;
            for (int b = 0; b < 256; b++)
            {
                table[row | b] ^= (b & bit) != 0 ? result : 0;
            }
        }

        return table;
    }
}
