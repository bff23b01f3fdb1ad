using System.Buffers.Binary;
using System.Numerics;

namespace IscsiMount.FileSystems.Ntfs.Writing.Space;

/// <summary>
/// A part of a bitmap of what is in use. Beside the bits as they will stand on the medium it has those that may not be
/// handed out: of what is in use, reserved, or freed so lately that the medium may still refer to it.
/// </summary>
internal sealed class BitWindow
{
    private const int WordBits = 64;

    private readonly ulong[] _used;
    private readonly ulong[] _busy;

    /// <param name="content">The bytes of the medium; those that lack are in use.</param>
    /// <param name="bitCount">Bits that stand for something; those behind them are never handed out.</param>
    /// <param name="capacity">Bits for which there is room.</param>
    public BitWindow(ReadOnlySpan<byte> content, int bitCount, int capacity)
    {
        BitCount = bitCount;
        _used = new ulong[(capacity + WordBits - 1) / WordBits];
        Array.Fill(_used, ulong.MaxValue);
        for (int i = 0; i < content.Length; i++)
        {
            int shift = i % 8 * 8;
            _used[i / 8] = (_used[i / 8] & ~(0xFFUL << shift)) | ((ulong)content[i] << shift);
        }

        _busy = [.. _used];
    }

    /// <summary>Bits that stand for something.</summary>
    public int BitCount { get; set; }

    /// <summary>No run of free bits is as long as this. 0 means that nothing is known.</summary>
    public int RunLimit { get; set; }

    public bool IsUsed(int bit) => (_used[bit / WordBits] & (1UL << (bit % WordBits))) != 0;

    public void SetUsed(int first, int count) => Set(_used, first, count, value: true);

    public void ClearUsed(int first, int count) => Set(_used, first, count, value: false);

    public void SetBusy(int first, int count) => Set(_busy, first, count, value: true);

    public void ClearBusy(int first, int count)
    {
        Set(_busy, first, count, value: false);
        RunLimit = 0;
    }

    /// <summary>The next run of bits that may be handed out, at or behind a place; length 0 if there is none.</summary>
    public (int First, int Length) FindFree(int from)
    {
        int first = Next(from, busy: false);
        return first >= BitCount ? (BitCount, 0) : (first, Next(first, busy: true) - first);
    }

    /// <summary>Copies bytes of the bitmap as they will stand on the medium.</summary>
    public void CopyTo(int byteOffset, Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < destination.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, _used[(byteOffset + i) / 8]);
            destination[i] = word[(byteOffset + i) % 8];
        }
    }

    /// <summary>The next bit at or behind a place that is busy, or is not; the end if there is none.</summary>
    private int Next(int from, bool busy)
    {
        for (int at = from; at < BitCount; at = ((at / WordBits) + 1) * WordBits)
        {
            ulong word = busy ? _busy[at / WordBits] : ~_busy[at / WordBits];
            word &= ulong.MaxValue << (at % WordBits);
            if (word != 0)
            {
                return Math.Min(BitCount, (at / WordBits * WordBits) + BitOperations.TrailingZeroCount(word));
            }
        }

        return BitCount;
    }

    private static void Set(ulong[] bits, int first, int count, bool value)
    {
        int end = first + count;
        for (int at = first; at < end; at = ((at / WordBits) + 1) * WordBits)
        {
            int length = Math.Min(end - at, WordBits - (at % WordBits));
            ulong mask = (length == WordBits ? ulong.MaxValue : (1UL << length) - 1) << (at % WordBits);
            bits[at / WordBits] = value ? bits[at / WordBits] | mask : bits[at / WordBits] & ~mask;
        }
    }
}
