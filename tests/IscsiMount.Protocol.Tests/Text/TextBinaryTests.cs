using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Text;

public sealed class TextBinaryTests
{
    [Theory, Rfc7143("6.1"), Requirement("KEY-02", "CHAP-07")]
    [InlineData("0x00ff10", "00FF10")]
    [InlineData("0X00FF10", "00FF10")]
    [InlineData("0xabc", "0ABC")]                                  // an odd number of digits
    [InlineData("0bEBESExQVFhcYGRobHB0eHw==", "101112131415161718191A1B1C1D1E1F")]
    [InlineData("0BAA==", "00")]
    public void Both_forms_are_read(string text, string bytes)
    {
        Assert.Equal(bytes, Convert.ToHexString(TextBinary.Parse(text)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("0x")]
    [InlineData("0x12G4")]
    [InlineData("0bA")]
    [InlineData("0bAA= =")]
    public void Other_texts_are_neither(string text)
    {
        Assert.Null(TextBinary.Parse(text));
    }

    [Fact, Requirement("CHAP-07")]
    public void The_longest_string_is_read_and_a_longer_one_is_not()
    {
        byte[] longest = new byte[1024];
        byte[] longer = new byte[1025];

        Assert.Equal(longest, TextBinary.Parse(TextBinary.Format(longest)));
        Assert.Equal(longest, TextBinary.Parse(TextBinary.FormatBase64(longest)));
        Assert.Null(TextBinary.Parse(TextBinary.Format(longer)));
        Assert.Null(TextBinary.Parse(TextBinary.FormatBase64(longer)));
    }

    [Theory, Seeds(100)]
    public void Any_bytes_survive_both_forms(int seed)
    {
        var chance = new Random(seed);
        byte[] bytes = new byte[chance.Next(1, 1025)];
        chance.NextBytes(bytes);

        Assert.Equal(bytes, TextBinary.Parse(TextBinary.Format(bytes)));
        Assert.Equal(bytes, TextBinary.Parse(TextBinary.FormatBase64(bytes)));
    }
}
