using System.Buffers.Binary;
using System.Numerics;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>
/// 64 bits that stand for many. Sums of them are compared, so every bit of the input changes about half of the result.
/// </summary>
internal static class Digest
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;
    private const ulong Factor = 0xBF58_476D_1CE4_E5B9;
    private const ulong LastFactor = 0x94D0_49BB_1331_11EB;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong first, ulong second)
    {
        ulong state = Step(Step(Seed ^ (ulong)bytes.Length, first), second);
        while (bytes.Length >= sizeof(ulong))
        {
            state = Step(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            state = Step(state, value);
        }

        state = unchecked((state ^ (state >> 30)) * Factor);
        state = unchecked((state ^ (state >> 27)) * LastFactor);
        return state ^ (state >> 31);
    }

    private static ulong Step(ulong state, ulong word)
    {
        return BitOperations.RotateLeft(unchecked((state ^ word) * Factor), 29) ^ (state >> 32);
    }
}
