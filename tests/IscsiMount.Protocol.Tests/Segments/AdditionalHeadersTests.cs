using IscsiMount.Primitives;
using IscsiMount.Protocol.Segments;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Segments;

public sealed class AdditionalHeadersTests
{
    // A CDB of 18 bytes, of which two stand here, and a read length of 4 KiB.
    private static readonly byte[] Example = Convert.FromHexString(
        "0003" + "01" + "00" + "AABB0000" + "0005" + "02" + "00" + "00001000");

    [Fact, Rfc7143("11.2.2"), Requirement("PDU-09")]
    public void Every_segment_is_read()
    {
        AdditionalHeaders headers = AdditionalHeaders.Read(Example);

        Assert.Equal("AABB", Convert.ToHexString(headers.ExtendedCdb));
        Assert.Equal(4096u, headers.BidirectionalReadLength);
        Assert.Equal(Example.Length, headers.Length);
    }

    [Fact, Rfc7143("11.2.2"), Requirement("PDU-09")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[Example.Length];
        Array.Fill(written, (byte)0xEE);

        AdditionalHeaders.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Fact]
    public void No_segments_are_no_headers()
    {
        AdditionalHeaders headers = AdditionalHeaders.Read([]);

        Assert.True(headers.ExtendedCdb.IsEmpty);
        Assert.Null(headers.BidirectionalReadLength);
        Assert.Equal(0, headers.Length);
    }

    [Theory]
    [InlineData("0000" + "02" + "00", "RFC 7143 §11.2.2.2")]                           // nothing behind the type
    [InlineData("0006" + "01" + "00" + "AABBCCDD", "RFC 7143 §11.2.2.2")]              // longer than all segments
    [InlineData("FFFF" + "01" + "00" + "AABBCCDD", "RFC 7143 §11.2.2.2")]
    [InlineData("0001" + "01" + "00", "RFC 7143 §11.2.2.3")]                           // a CDB without bytes
    [InlineData("000201" + "00" + "AA000000" + "000201" + "00" + "AA000000", "RFC 7143 §11.2.2.3")]
    [InlineData("0004" + "02" + "00" + "00100000", "RFC 7143 §11.2.2.4")]              // three bytes of a length
    [InlineData("000502" + "00" + "00000001" + "000502" + "00" + "00000001", "RFC 7143 §11.2.2.4")]
    [InlineData("0005" + "03" + "00" + "00000001", "RFC 7143 §11.2.2.1")]              // a reserved type
    public void A_broken_rule_is_named(string wire, string rule)
    {
        byte[] bytes = Convert.FromHexString(wire);

        var violation = Assert.Throws<ProtocolViolationException>(() => ReadAll(bytes));

        Assert.Equal(rule, violation.Rule);
    }

    [Theory, Seeds(200)]
    public void Random_bytes_are_read_or_are_a_violation(int seed)
    {
        var chance = new Random(seed);
        byte[] bytes = new byte[chance.Next(8) * 4];
        chance.NextBytes(bytes);
        Array.Clear(bytes, 0, Math.Min(1, bytes.Length));

        if (Attempt.Read(() => ReadAll(bytes)) is { } length)
        {
            Assert.Equal(bytes.Length, length);
        }
    }

    private static int ReadAll(byte[] bytes) => AdditionalHeaders.Read(bytes).Length;
}
