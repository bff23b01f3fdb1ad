using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Names;

public sealed class TargetAddressTests
{
    [Theory, Rfc7143("13.8"), Requirement("ADDR-01")]
    [InlineData("10.0.0.7:3261,1", "10.0.0.7:3261,1")]
    [InlineData("10.0.0.7,0", "10.0.0.7:3260,0")]
    [InlineData("nas,0xFFFF", "nas:3260,65535")]
    [InlineData("[2001:db8::1]:3260,2", "[2001:db8::1]:3260,2")]
    [InlineData("nas", "nas:3260")]                                  // a redirection
    public void An_address_may_name_its_group(string text, string wire)
    {
        Assert.True(TargetAddress.TryParse(text, out TargetAddress? address));
        Assert.Equal(wire, address.ToWire());
    }

    [Theory, Requirement("ADDR-01")]
    [InlineData("10.0.0.7,")]
    [InlineData("10.0.0.7,65536")]
    [InlineData("10.0.0.7,1,2")]
    [InlineData("10.0.0.7,x")]
    [InlineData(",1")]
    [InlineData("2001:db8::1,1")]
    public void Other_texts_are_none(string text)
    {
        Assert.False(TargetAddress.TryParse(text, out _));
    }
}
