using System.Buffers.Binary;

namespace IscsiMount.Primitives;

/// <summary>CRC32C without any help of the processor: eight bytes at a time through eight tables.</summary>
internal static class Crc32CTable
{
    private const uint Polynomial = 0x82F6_3B78;
    private const int TableCount = 8;

    // Entry [256 t + b] is the register after the byte b and t zero bytes.
    private static readonly uint[] Tables = CreateTables();

    /// <summary>Advances the register, which is neither inverted before nor after.</summary>
    public static uint Append(uint register, ReadOnlySpan<byte> source)
    {
        uint[] tables = Tables;
        while (source.Length >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(source) ^ register;
            register = 0;
            for (int i = 0; i < sizeof(ulong); i++)
            {
                register ^= tables[((TableCount - 1 - i) << 8) | (int)((word >> (8 * i)) & 0xFF)];
            }

            source = source[sizeof(ulong)..];
        }

        foreach (byte value in source)
        {
            register = tables[(register ^ value) & 0xFF] ^ (register >> 8);
        }

        return register;
    }

    /// <summary>The register after one zero bit: multiplication by x modulo the polynomial.</summary>
    public static uint AppendZeroBit(uint register)
    {
        return (register & 1) == 0 ? register >> 1 : (register >> 1) ^ Polynomial;
    }

    private static uint[] CreateTables()
    {
        uint[] tables = new uint[TableCount << 8];
        for (int i = 0; i < 256; i++)
        {
            uint register = (uint)i;
            for (int bit = 0; bit < 8; bit++)
            {
                register = AppendZeroBit(register);
            }

            tables[i] = register;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint shorter = tables[i - 256];
            tables[i] = tables[shorter & 0xFF] ^ (shorter >> 8);
        }

        return tables;
    }
}
