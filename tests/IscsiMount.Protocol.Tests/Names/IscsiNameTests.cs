using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Names;

public sealed class IscsiNameTests
{
    [Theory, Requirement("NAME-02")]
    [InlineData("iqn.2026-01.com.example:disks.first")]
    [InlineData("iqn.2001-12.com.example")]
    [InlineData("iqn.1992-01.com.example:a:b:c")]
    [InlineData("eui.02004567a425678d")]
    [InlineData("naa.52004567ba64678d")]
    [InlineData("naa.62004567ba64678d0123456789abcdef")]
    public void The_three_forms_are_names(string text)
    {
        Assert.True(IscsiName.TryPrepare(text, out IscsiName? name, out _));
        Assert.Equal(text, name.Value);
    }

    [Theory, Requirement("NAME-02")]
    [InlineData("")]
    [InlineData("iqn")]
    [InlineData("disk1")]
    [InlineData("iqn.2026-13.com.example")]
    [InlineData("iqn.2026-00.com.example")]
    [InlineData("iqn.202601.com.example")]
    [InlineData("iqn.2026-1.com.example")]
    [InlineData("iqn.2026-01")]
    [InlineData("iqn.2026-01.")]
    [InlineData("iqn.2026-01.:disk")]
    [InlineData("iqn.2026-01.com..example")]
    [InlineData("eui.02004567a425678")]
    [InlineData("eui.02004567a425678g")]
    [InlineData("naa.52004567ba64678d0")]
    public void Other_forms_are_refused_with_a_reason(string text)
    {
        Assert.False(IscsiName.TryPrepare(text, out _, out string? problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory, Requirement("NAME-03")]
    [InlineData("IQN.2026-01.Com.Example:Disk", "iqn.2026-01.com.example:disk")]
    [InlineData("eui.02004567A425678D", "eui.02004567a425678d")]
    [InlineData("iqn.2026-01.com.example:di\u00ADsk", "iqn.2026-01.com.example:disk")]         // a soft hyphen
    [InlineData("iqn.2026-01.com.example:Ä", "iqn.2026-01.com.example:ä")]
    [InlineData("iqn.2026-01.com.example:\u212A", "iqn.2026-01.com.example:k")]                 // the Kelvin sign
    [InlineData("iqn.2026-01.com.example:stra\u00DFe", "iqn.2026-01.com.example:strasse")]
    [InlineData("iqn.2026-01.com.example:\u6F22\u5B57", "iqn.2026-01.com.example:\u6F22\u5B57")]
    public void A_typed_name_is_prepared(string typed, string prepared)
    {
        Assert.True(IscsiName.TryPrepare(typed, out IscsiName? name, out string? problem), problem);
        Assert.Equal(prepared, name.Value);
    }

    [Theory, Requirement("NAME-03")]
    [InlineData("_")]
    [InlineData("/")]
    [InlineData(" ")]
    [InlineData(",")]
    [InlineData("\0")]
    [InlineData("\u007F")]
    [InlineData("\u3002")]         // the ideographic full stop
    [InlineData("\u2028")]
    [InlineData("\uE000")]         // private use
    [InlineData("\uFFFD")]
    [InlineData("\u05D0")]         // alef runs from right to left, and the name does not
    [InlineData("\u0628")]
    [InlineData("\uD800")]         // half of a pair
    [InlineData("\u0308")]         // combines with the letter before it
    [InlineData("\uFF21")]         // a letter of full width
    [InlineData("\uFB01")]         // a ligature
    [InlineData("\u00B2")]         // a superscript
    public void What_has_no_place_in_a_name_is_refused(string character)
    {
        Assert.False(IscsiName.TryPrepare("iqn.2026-01.com.example:a" + character + "b", out _, out string? problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact, Requirement("NAME-01")]
    public void A_name_has_up_to_223_bytes()
    {
        string start = "iqn.2026-01.com.example:";
        string longest = start + new string('x', 223 - start.Length);

        Assert.True(IscsiName.TryPrepare(longest, out _, out _));
        Assert.True(IscsiName.TryTake(longest, out _));
        Assert.False(IscsiName.TryPrepare(longest + "x", out _, out _));
        Assert.False(IscsiName.TryTake(longest + "x", out _));
        Assert.False(IscsiName.TryPrepare(longest[..^1] + "ä", out _, out _));
    }

    [Fact]
    public void A_received_name_is_taken_byte_for_byte()
    {
        Assert.True(IscsiName.TryTake("iqn.2026-01.com.example:Disk_1", out IscsiName? name));
        Assert.Equal("iqn.2026-01.com.example:Disk_1", name.Value);
        Assert.False(IscsiName.TryTake("iqn.2026-01.com.example:disk\n", out _));
        Assert.False(IscsiName.TryTake("", out _));
    }
}
