using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace IscsiMount.Primitives;

/// <summary>
/// CRC32C by carry-less multiplication of 512 bits at once. A block of the message is replaced by a shorter
/// polynomial with the same remainder, added to a block further on, until 64 bytes are left.
/// </summary>
/// <remarks>
/// Moving a 128-bit lane by d bits multiplies its low half by x^(d+32) and its high half by x^(d-32), both modulo the
/// polynomial. In reflected form the product of two 64-bit halves is one bit short, so the constants are shifted left
/// by one.
/// </remarks>
internal static class Crc32CFolded
{
    private const int BlockBits = 512;
    private const int BlockLength = BlockBits / 8;
    private const int RoundLength = 4 * BlockLength;

    private static readonly Vector512<ulong> ByOneBlock = CreateMultiplier(BlockBits);
    private static readonly Vector512<ulong> ByFourBlocks = CreateMultiplier(4 * BlockBits);

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512F.IsSupported;

    /// <summary>Advances the register, which is neither inverted before nor after.</summary>
    /// <param name="register">The register so far.</param>
    /// <param name="source">At least 256 bytes.</param>
    public static uint Append(uint register, ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length >= RoundLength);

        // Four accumulators, because a multiplication takes several cycles and can start in each.
        Vector512<ulong> a = Load(source) ^ Vector512.CreateScalar((ulong)register);
        Vector512<ulong> b = Load(source[BlockLength..]);
        Vector512<ulong> c = Load(source[(2 * BlockLength)..]);
        Vector512<ulong> d = Load(source[(3 * BlockLength)..]);
        source = source[RoundLength..];

        // A copy, so that the loop does not ask each time whether the field has been set.
        Vector512<ulong> byFourBlocks = ByFourBlocks;
        while (source.Length >= RoundLength)
        {
            a = Fold(a, byFourBlocks, Load(source));
            b = Fold(b, byFourBlocks, Load(source[BlockLength..]));
            c = Fold(c, byFourBlocks, Load(source[(2 * BlockLength)..]));
            d = Fold(d, byFourBlocks, Load(source[(3 * BlockLength)..]));
            source = source[RoundLength..];
        }

        Vector512<ulong> rest = Fold(Fold(Fold(a, ByOneBlock, b), ByOneBlock, c), ByOneBlock, d);
        while (source.Length >= BlockLength)
        {
            rest = Fold(rest, ByOneBlock, Load(source));
            source = source[BlockLength..];
        }

        // What is left has the same remainder as all that went in, the register included.
        Span<byte> last = stackalloc byte[BlockLength];
        rest.AsByte().CopyTo(last);
        return Crc32C.AppendSimple(Crc32C.AppendSimple(0, last), source);
    }

    private static Vector512<ulong> Load(ReadOnlySpan<byte> source) => Vector512.Create(source).AsUInt64();

    private static Vector512<ulong> Fold(Vector512<ulong> from, Vector512<ulong> by, Vector512<ulong> onto)
    {
        const byte LowHalves = 0x00;
        const byte HighHalves = 0x11;
        const byte XorOfThree = 0x96;

        return Avx512F.TernaryLogic(
            Pclmulqdq.V512.CarrylessMultiply(from, by, LowHalves),
            Pclmulqdq.V512.CarrylessMultiply(from, by, HighHalves),
            onto,
            XorOfThree);
    }

    private static Vector512<ulong> CreateMultiplier(int distanceBits)
    {
        return Vector512.Create(
            Vector256.Create(Vector128.Create(Power(distanceBits + 32), Power(distanceBits - 32))),
            Vector256.Create(Vector128.Create(Power(distanceBits + 32), Power(distanceBits - 32))));
    }

    private static ulong Power(int exponent)
    {
        uint power = 0x8000_0000;
        for (int i = 0; i < exponent; i++)
        {
            power = Crc32CTable.AppendZeroBit(power);
        }

        return (ulong)power << 1;
    }
}
