using System.Numerics;

namespace IscsiMount.Bench;

/// <summary>
/// Counts durations in buckets that grow with the duration, so that every one is known to 1.6 % and counting one costs
/// an addition. It belongs to one loop; the counts of several loops are added afterwards.
/// </summary>
/// <remarks>
/// <code>
///   duration in ticks     width of a bucket
///        0 .. 127         1
///      128 .. 255         2
///      256 .. 511         4        each further row has 64 buckets, twice as wide as those of the row before
///      ...
/// </code>
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int BucketsPerRow = 64;
    private const int BucketBits = 6;

    // LIMIT: 2^42 ticks are more than an hour of nanoseconds. What takes longer is counted in the last bucket.
    private const long CountedMax = (1L << 42) - 1;

    private readonly long[] _counts = new long[IndexOf(CountedMax) + 1];

    public long Count { get; private set; }

    /// <summary>The longest duration, exactly.</summary>
    public long Longest { get; private set; }

    public void Add(long ticks)
    {
        long counted = Math.Clamp(ticks, 0, CountedMax);
        _counts[IndexOf(counted)]++;
        Count++;
        Longest = Math.Max(Longest, ticks);
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Longest = Math.Max(Longest, other.Longest);
    }

    /// <summary>The duration that this share of all did not exceed: the upper end of its bucket.</summary>
    public long AtShare(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(Count * share));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return Math.Min(UpperEndOf(i), Longest);
            }
        }

        return Longest;
    }

    private static int IndexOf(long ticks)
    {
        if (ticks < BucketsPerRow)
        {
            return (int)ticks;
        }

        int row = BitOperations.Log2((ulong)ticks) - BucketBits;
        return (row * BucketsPerRow) + (int)(ticks >> row);
    }

    private static long UpperEndOf(int index)
    {
        if (index < BucketsPerRow)
        {
            return index;
        }

        int row = (index / BucketsPerRow) - 1;
        long first = index - ((long)row * BucketsPerRow);
        return ((first + 1) << row) - 1;
    }
}
