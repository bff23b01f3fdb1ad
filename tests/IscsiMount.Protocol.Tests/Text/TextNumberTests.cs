using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Text;

public sealed class TextNumberTests
{
    [Theory, Rfc7143("6.1"), Requirement("KEY-02")]
    [InlineData("0", 0ul)]
    [InlineData("8192", 8192ul)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("0x2000", 8192ul)]
    [InlineData("0X2f", 47ul)]
    [InlineData("0x0", 0ul)]
    public void Numbers_are_decimal_or_hexadecimal(string text, ulong value)
    {
        Assert.True(TextNumber.TryParse(text, out ulong read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("08192")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1,000")]
    [InlineData("0x")]
    [InlineData("0xG")]
    [InlineData("18446744073709551616")]
    [InlineData("0x10000000000000000")]
    [InlineData("Yes")]
    public void Other_texts_are_none(string text)
    {
        Assert.False(TextNumber.TryParse(text, out _));
    }

    [Theory, Requirement("KEY-04")]
    [InlineData("512~0x2000", 512ul, 8192ul)]
    [InlineData("7~7", 7ul, 7ul)]
    [InlineData("7", 7ul, 7ul)]
    public void A_range_has_two_ends(string text, ulong first, ulong last)
    {
        Assert.True(TextNumber.TryParseRange(text, out ulong readFirst, out ulong readLast));
        Assert.Equal((first, last), (readFirst, readLast));
    }

    [Theory]
    [InlineData("8~7")]
    [InlineData("~7")]
    [InlineData("7~")]
    [InlineData("1~2~3")]
    public void Other_texts_are_no_range(string text)
    {
        Assert.False(TextNumber.TryParseRange(text, out _, out _));
    }
}
