using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class TextResponseTests
{
    // The first 8 KiB of an answer that goes on.
    private static readonly byte[] Example = Convert.FromHexString(
        "24400000" + "00002000" + "0000000000000000" + "00002A07" + "00000A01" + "00000102" + "00000033" +
        "00000072" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.11")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new TextResponse
        {
            IsFinal = false,
            Continues = true,
            DataSegmentLength = 8192,
            Lun = new(0x0000_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            TargetTransferTag = 0xA01,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
        };

        Assert.Equal(expected, TextResponse.Read(Example));
    }

    [Fact, Rfc7143("11.11")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[TextResponse.Length];
        Array.Fill(written, (byte)0xEE);

        TextResponse.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "C0", "RFC 7143 §11.11.2")]           // C and F
    [InlineData(20, "FFFFFFFF", "RFC 7143 §11.11.4")]    // no tag, and not final
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => TextResponse.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[TextResponse.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = TextResponse.Opcode;

        if (Attempt.Read(() => TextResponse.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, TextResponse.Read(bytes));
        }
    }
}
