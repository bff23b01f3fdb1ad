using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Primitives.Tests;

public sealed class SerialNumberTests
{
    [Theory, Requirement("NUM-04")]
    [InlineData(0u, 1u, true)]
    [InlineData(1u, 0u, false)]
    [InlineData(5u, 5u, false)]
    [InlineData(0xFFFF_FFFFu, 0u, true)]
    [InlineData(0u, 0xFFFF_FFFFu, false)]
    [InlineData(0xFFFF_FFF0u, 0x10u, true)]
    [InlineData(0u, 0x7FFF_FFFFu, true)]
    [InlineData(0x7FFF_FFFFu, 0u, false)]
    public void The_order_goes_around(uint first, uint second, bool precedes)
    {
        Assert.Equal(precedes, new SerialNumber(first).Precedes(new SerialNumber(second)));
    }

    [Fact]
    public void After_the_last_number_comes_zero()
    {
        var last = new SerialNumber(uint.MaxValue);

        Assert.Equal(new SerialNumber(0), last.Next);
        Assert.Equal(last, last.Next.Previous);
    }

    [Theory, Requirement("NUM-03")]
    [InlineData(0xFFFF_FFFEu, 1u, 0xFFFF_FFFEu, true)]
    [InlineData(0xFFFF_FFFEu, 1u, 0u, true)]
    [InlineData(0xFFFF_FFFEu, 1u, 1u, true)]
    [InlineData(0xFFFF_FFFEu, 1u, 2u, false)]
    [InlineData(0xFFFF_FFFEu, 1u, 0xFFFF_FFFDu, false)]
    [InlineData(7u, 6u, 7u, false)]    // a closed window holds nothing
    [InlineData(7u, 6u, 6u, false)]
    public void A_window_holds_both_its_ends(uint first, uint last, uint number, bool isWithin)
    {
        Assert.Equal(isWithin, new SerialNumber(number).IsWithin(new SerialNumber(first), new SerialNumber(last)));
    }

    [Theory, Seeds(100)]
    public void Of_two_different_numbers_one_comes_first(int seed)
    {
        var chance = new Random(seed);
        uint value = (uint)chance.NextInt64(0x1_0000_0000);
        uint distance = (uint)chance.NextInt64(1, 0x8000_0000);
        var first = new SerialNumber(value);
        var second = new SerialNumber(unchecked(value + distance));

        Assert.True(first.Precedes(second));
        Assert.False(second.Precedes(first));
    }

    [Fact]
    public void It_is_written_with_its_highest_byte_first()
    {
        byte[] bytes = new byte[4];

        new SerialNumber(0x0102_0304).Write(bytes);

        Assert.Equal([1, 2, 3, 4], bytes);
        Assert.Equal(new SerialNumber(0x0102_0304), SerialNumber.Read(bytes));
    }
}
