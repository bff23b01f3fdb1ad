using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Tests;

public sealed class HandleTableTests
{
    private readonly HandleTable<string> _table = new();

    [Fact]
    public void What_was_added_is_found_until_it_is_removed()
    {
        ulong handle = _table.Add("a");

        Assert.NotEqual(0UL, handle);
        Assert.True(_table.TryGet(handle, out string? found));
        Assert.Equal("a", found);
        Assert.True(_table.TryRemove(handle, out _));
        Assert.False(_table.TryGet(handle, out _));
        Assert.False(_table.TryRemove(handle, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(ulong.MaxValue)]
    public void A_number_that_was_not_given_out_names_nothing(ulong handle)
    {
        _table.Add("a");

        Assert.False(_table.TryGet(handle, out _));
        Assert.False(_table.TryRemove(handle, out _));
    }

    [Fact]
    public void At_the_end_everything_that_is_left_comes_out()
    {
        _table.Add("a");
        ulong removed = _table.Add("b");
        _table.Add("c");
        _table.TryRemove(removed, out _);

        Assert.Equal(["a", "c"], _table.RemoveAll());
        Assert.Equal(0, _table.Count);
        Assert.Equal(1UL, _table.Add("d"));
    }

    [Theory, Seeds(20)]
    public void Numbers_are_unique_among_those_that_are_out(int seed)
    {
        var chance = new Random(seed);
        var held = new Dictionary<ulong, string>();

        for (int step = 0; step < 500; step++)
        {
            if (chance.Next(2) == 0 || held.Count == 0)
            {
                string value = $"value {step}";
                held.Add(_table.Add(value), value);
            }
            else
            {
                ulong handle = held.Keys.ElementAt(chance.Next(held.Count));
                Assert.True(_table.TryRemove(handle, out string? removed));
                Assert.True(held.Remove(handle, out string? expected));
                Assert.Equal(expected, removed);
            }

            Assert.Equal(held.Count, _table.Count);
        }
    }
}
