using IscsiMount.Cli.Serving;
using Xunit;

namespace IscsiMount.Cli.Tests.Serving;

public sealed class SizeArgumentTests
{
    [Theory]
    [InlineData("1048576", 1048576)]
    [InlineData("512M", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("2g", 2L << 30)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("2GB", 2L << 30)]
    [InlineData("1.5K", 1536)]
    [InlineData("100B", 100)]
    [InlineData("3T", 3L << 40)]
    public void A_size_is_read_as_users_write_it(string text, long bytes)
    {
        Assert.True(SizeArgument.TryParse(text, out long parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("0")]
    [InlineData("-1G")]
    [InlineData("1e9")]
    [InlineData("ten")]
    [InlineData("2X")]
    [InlineData("99999999999T")]
    public void What_is_no_size_is_refused(string text)
    {
        Assert.False(SizeArgument.TryParse(text, out _));
    }
}
