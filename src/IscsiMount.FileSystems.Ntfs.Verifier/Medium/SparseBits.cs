using System.Numerics;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>A row of bits that takes room only near those that are set.</summary>
internal sealed class SparseBits
{
    private const int WordsInChunk = 1024;
    private const int BitsInWord = 64;

    private readonly Dictionary<ulong, ulong[]> _chunks = [];

    /// <summary>The bits that are set.</summary>
    public ulong Count { get; private set; }

    public bool this[ulong index] => (WordAt(index / BitsInWord) >> (int)(index % BitsInWord) & 1) != 0;

    /// <summary>Sets a bit. False if it was set before.</summary>
    public bool TrySet(ulong index) => SetRange(index, 1) is null;

    /// <summary>Sets a range of bits.</summary>
    /// <returns>The first bit of the range that was set before, or nothing.</returns>
    public ulong? SetRange(ulong first, ulong count)
    {
        ulong? twice = null;
        ulong end = first + count;
        for (ulong index = first; index < end;)
        {
            ulong wordEnd = Math.Min(end, ((index / BitsInWord) + 1) * BitsInWord);
            ulong mask = Mask((int)(index % BitsInWord), (int)(wordEnd - index));
            ref ulong word = ref Word(index / BitsInWord);
            if ((word & mask) != 0)
            {
                twice ??= (index / BitsInWord * BitsInWord) + (ulong)BitOperations.TrailingZeroCount(word & mask);
            }

            Count += (ulong)BitOperations.PopCount(mask & ~word);
            word |= mask;
            index = wordEnd;
        }

        return twice;
    }

    /// <summary>64 bits at once: those from 64 times the number.</summary>
    public ulong WordAt(ulong number)
    {
        return _chunks.TryGetValue(number / WordsInChunk, out ulong[]? chunk) ? chunk[number % WordsInChunk] : 0;
    }

    private static ulong Mask(int first, int count)
    {
        return (count == BitsInWord ? ulong.MaxValue : (1UL << count) - 1) << first;
    }

    private ref ulong Word(ulong number)
    {
        if (!_chunks.TryGetValue(number / WordsInChunk, out ulong[]? chunk))
        {
            chunk = new ulong[WordsInChunk];
            _chunks.Add(number / WordsInChunk, chunk);
        }

        return ref chunk[number % WordsInChunk];
    }
}
