using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace IscsiMount.Primitives;

// CRC32C, RFC 7143 §13.1 and Appendix A
//
//   polynomial       11EDC6F41h, in reflected form 82F63B78h
//   register         starts as FFFFFFFFh, is inverted at the end
//   on the wire      the least significant byte first

/// <summary>The checksum of iSCSI digests, computed over any number of pieces.</summary>
/// <remarks>
/// The way is chosen by what the processor has and by the length. Measured with 4 KiB and 256 KiB on one core: the
/// simple loop 10 and 10 GB/s, three interleaved streams 28 and 27, the 512-bit fold 40 and 42, tables 1. A header of
/// 48 bytes is too short for anything but the simple loop.
/// </remarks>
public static class Crc32C
{
    /// <summary>The checksum of nothing: where a sum over several pieces starts.</summary>
    public const uint Empty = 0;

    /// <summary>What <see cref="Append"/> gives for a message followed by its own digest as on the wire.</summary>
    public const uint OfMessageWithDigest = 0x4867_4BC7;

    /// <summary>Bytes of a digest on the wire.</summary>
    public const int DigestLength = 4;

    // LIMIT: below this length the combination of three streams costs more than it saves.
    private const int SimpleLengthMax = Crc32CInterleaved.LengthMin - 1;

    private static bool HasInstruction => Sse42.X64.IsSupported || ArmCrc32.Arm64.IsSupported;

    public static uint Compute(ReadOnlySpan<byte> source) => Append(Empty, source);

    /// <summary>The checksum of what <paramref name="crc"/> covers, followed by <paramref name="source"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> source)
    {
        uint register = ~crc;
        if (!HasInstruction)
        {
            return ~Crc32CTable.Append(register, source);
        }

        if (source.Length <= SimpleLengthMax)
        {
            return ~AppendSimple(register, source);
        }

        return Crc32CFolded.IsSupported
            ? ~Crc32CFolded.Append(register, source)
            : ~Crc32CInterleaved.Append(register, source);
    }

    /// <summary>Writes a checksum as a digest: the least significant byte first.</summary>
    public static void WriteDigest(Span<byte> destination, uint crc)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, crc);
    }

    /// <summary>Reads a digest as the checksum that it stands for.</summary>
    public static uint ReadDigest(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32LittleEndian(source);

    /// <summary>Advances the register by the instruction of the processor, eight bytes at a time.</summary>
    internal static uint AppendSimple(uint register, ReadOnlySpan<byte> source)
    {
        while (source.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(source));
            source = source[sizeof(ulong)..];
        }

        foreach (byte value in source)
        {
            register = BitOperations.Crc32C(register, value);
        }

        return register;
    }
}
