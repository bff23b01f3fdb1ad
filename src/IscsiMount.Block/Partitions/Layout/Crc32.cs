namespace IscsiMount.Block.Partitions.Layout;

/// <summary>The checksum of a GPT: CRC-32 as in IEEE 802.3, over a few kilobytes and therefore simple.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB8_8320;

    /// <summary>The checksum of what <paramref name="crc"/> covers, followed by <paramref name="source"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> source)
    {
        uint register = ~crc;
        foreach (byte value in source)
        {
            register ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 1) == 0 ? register >> 1 : (register >> 1) ^ Polynomial;
            }
        }

        return ~register;
    }
}
