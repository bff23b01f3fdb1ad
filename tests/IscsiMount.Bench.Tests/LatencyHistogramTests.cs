using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Bench.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [Seeds(20)]
    public void Every_share_is_that_of_the_sorted_durations_and_at_most_a_bucket_above(int seed)
    {
        var chance = new Random(seed);
        var histogram = new LatencyHistogram();
        long[] durations = [.. Enumerable.Range(0, 5000).Select(_ => chance.NextInt64(1L << chance.Next(1, 41)))];
        foreach (long duration in durations)
        {
            histogram.Add(duration);
        }

        Array.Sort(durations);
        foreach (double share in (double[])[0.01, 0.5, 0.9, 0.99, 0.999, 1])
        {
            long exact = durations[(int)Math.Ceiling(durations.Length * share) - 1];
            Assert.InRange(histogram.AtShare(share), exact, exact + (exact / 64) + 1);
        }

        Assert.Equal((5000, durations[^1]), (histogram.Count, histogram.Longest));
    }

    [Fact]
    public void Durations_below_128_ticks_are_known_exactly()
    {
        for (long duration = 0; duration < 128; duration++)
        {
            var histogram = new LatencyHistogram();
            histogram.Add(duration);
            histogram.Add(long.MaxValue);

            Assert.Equal(duration, histogram.AtShare(0.5));
        }
    }

    [Fact]
    public void Counts_of_two_loops_add_up()
    {
        var first = new LatencyHistogram();
        var second = new LatencyHistogram();
        first.Add(10);
        second.Add(100);
        second.Add(1000);

        first.Add(second);

        Assert.Equal((3, 1000, 10, 100), (first.Count, first.Longest, first.AtShare(0.33), first.AtShare(0.5)));
    }

    [Fact]
    public void Nothing_counted_is_no_duration() => Assert.Equal(0, new LatencyHistogram().AtShare(0.5));

    [Fact]
    public void Counting_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            histogram.Add(i * 1000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
