using IscsiMount.Primitives;
using IscsiMount.Protocol.Segments;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Segments;

public sealed class SenseSegmentTests
{
    // Fixed sense data of 18 bytes, and two bytes of response data.
    private static readonly byte[] Example = Convert.FromHexString(
        "0012" + "70000500" + "0000000A" + "00000000" + "20000000" + "0000" + "BEEF");

    [Fact, Rfc7143("11.4.7"), Requirement("FFP-02")]
    public void Sense_and_what_follows_are_told_apart()
    {
        SenseSegment segment = SenseSegment.Read(Example);

        Assert.Equal(18, segment.Sense.Length);
        Assert.Equal(0x70, segment.Sense[0]);
        Assert.Equal("BEEF", Convert.ToHexString(segment.Rest));
    }

    [Fact]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[SenseSegment.Read(Example).Length];

        SenseSegment.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Fact]
    public void An_empty_segment_has_no_sense()
    {
        Assert.True(SenseSegment.Read([]).Sense.IsEmpty);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0001")]
    [InlineData("FFFF" + "7000")]
    public void Sense_that_is_not_there_is_a_violation(string wire)
    {
        byte[] bytes = Convert.FromHexString(wire);

        var violation = Assert.Throws<ProtocolViolationException>(() => { SenseSegment.Read(bytes); });

        Assert.Equal("RFC 7143 §11.4.7.1", violation.Rule);
    }
}
