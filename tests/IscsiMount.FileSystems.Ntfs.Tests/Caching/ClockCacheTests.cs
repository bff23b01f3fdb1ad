using IscsiMount.FileSystems.Ntfs.Caching;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Caching;

public sealed class ClockCacheTests
{
    [Fact]
    public void What_is_asked_for_stays_and_what_is_not_goes()
    {
        var cache = new ClockCache<int, string>(bytesMax: 100);
        cache.Add(0, "kept", 10);
        for (int i = 1; i <= 50; i++)
        {
            cache.Add(i, "passing", 10);
            Assert.True(cache.TryGet(0, out string? kept) && kept == "kept");
        }

        Assert.False(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(50, out _));
        Assert.InRange(cache.Bytes, 10, 100);
    }

    [Fact]
    public void The_first_value_of_a_key_stays()
    {
        var cache = new ClockCache<int, string>(bytesMax: 100);
        string first = cache.Add(1, "first", 10);

        Assert.Same(first, cache.Add(1, "second", 10));
        Assert.Equal(10, cache.Bytes);
    }

    [Fact]
    public void A_value_that_grows_pushes_others_out()
    {
        var cache = new ClockCache<int, string>(bytesMax: 100);
        for (int i = 0; i < 10; i++)
        {
            cache.Add(i, "value", 10);
        }

        Assert.True(cache.TryGet(9, out _));
        cache.Grow(9, 50);

        Assert.InRange(cache.Bytes, 60, 100);
        Assert.True(cache.TryGet(9, out _));
        Assert.False(cache.TryGet(0, out _));
    }

    [Fact]
    public async Task The_sum_is_right_whoever_adds_and_asks_at_once()
    {
        var cache = new ClockCache<int, string>(bytesMax: 1000);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var chance = new Random(seed);
            for (int i = 0; i < 20_000; i++)
            {
                int key = chance.Next(300);
                if (!cache.TryGet(key, out _))
                {
                    cache.Add(key, "value", 10);
                }
            }
        })));

        Assert.InRange(cache.Bytes, 900, 1000);
        Assert.Equal(cache.Bytes / 10, Enumerable.Range(0, 300).Count(key => cache.TryGet(key, out _)));
    }
}
