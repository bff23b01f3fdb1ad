using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class LogoutResponseTests
{
    // Closed; recovery from 2 seconds on, for 20 seconds.
    private static readonly byte[] Example = Convert.FromHexString(
        "26800000" + "00000000" + "0000000000000000" + "00002A07" + "00000000" + "00000102" + "00000033" +
        "00000072" + "00000000" + "0002" + "0014" + "00000000");

    [Fact, Rfc7143("11.15")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new LogoutResponse
        {
            Response = LogoutResult.Closed,
            InitiatorTaskTag = 0x2A07,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            Time2Wait = 2,
            Time2Retain = 0x14,
        };

        Assert.Equal(expected, LogoutResponse.Read(Example));
    }

    [Fact, Rfc7143("11.15")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[LogoutResponse.Length];
        Array.Fill(written, (byte)0xEE);

        LogoutResponse.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(4, "00000001", "RFC 7143 §11.15.2")]    // a data segment
    [InlineData(4, "01000000", "RFC 7143 §11.15.2")]    // an additional header segment
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => LogoutResponse.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[LogoutResponse.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = LogoutResponse.Opcode;

        if (Attempt.Read(() => LogoutResponse.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, LogoutResponse.Read(bytes));
        }
    }
}
