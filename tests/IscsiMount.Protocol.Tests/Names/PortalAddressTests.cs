using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Names;

public sealed class PortalAddressTests
{
    [Theory, Requirement("ADDR-01", "ADDR-02", "SESS-09")]
    [InlineData("nas", "nas", 3260)]
    [InlineData("nas.example.com:3261", "nas.example.com", 3261)]
    [InlineData("10.0.0.7", "10.0.0.7", 3260)]
    [InlineData("10.0.0.7:860", "10.0.0.7", 860)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 3260)]
    [InlineData("[2001:DB8:0:0:0:0:0:1]:3261", "2001:db8::1", 3261)]
    [InlineData("[::ffff:10.0.0.7]", "::ffff:10.0.0.7", 3260)]
    [InlineData("2001:db8::1", "2001:db8::1", 3260)]
    [InlineData("fe80::1%eth0", "fe80::1%eth0", 3260)]
    public void A_typed_address_has_a_host_and_a_port(string text, string host, int port)
    {
        Assert.True(PortalAddress.TryParse(text, out PortalAddress? address));
        Assert.Equal(new PortalAddress(host, port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":3260")]
    [InlineData("nas:")]
    [InlineData("nas:0")]
    [InlineData("nas:65536")]
    [InlineData("nas:+1")]
    [InlineData("nas:iscsi")]
    [InlineData("na s")]
    [InlineData("nas/1")]
    [InlineData("[2001:db8::1")]
    [InlineData("[2001:db8::1]3260")]
    [InlineData("[10.0.0.7]")]
    [InlineData("[nas]")]
    [InlineData("2001:db8::g")]
    public void Other_texts_are_no_address(string text)
    {
        Assert.False(PortalAddress.TryParse(text, out _));
    }

    [Theory, Requirement("ADDR-02")]
    [InlineData("10.0.0.7", "10.0.0.7:3260")]
    [InlineData("[2001:DB8::0001]:860", "[2001:db8::1]:860")]
    [InlineData("[fe80::1%eth0]:3260", "[fe80::1]:3260")]
    public void On_the_wire_it_has_brackets_a_port_and_no_zone(string text, string wire)
    {
        Assert.True(PortalAddress.TryParse(text, out PortalAddress? address));
        Assert.Equal(wire, address.ToWire());
    }

    [Fact, Requirement("ADDR-02")]
    public void On_the_wire_ipv6_without_brackets_is_none()
    {
        Assert.False(PortalAddress.TryParseWire("2001:db8::1", out _));
    }
}
