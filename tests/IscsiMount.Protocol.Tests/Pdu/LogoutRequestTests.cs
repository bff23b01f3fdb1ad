using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class LogoutRequestTests
{
    // Closes connection 3.
    private static readonly byte[] Example = Convert.FromHexString(
        "46810000" + "00000000" + "0000000000000000" + "00002A07" + "0003" + "0000" + "00000033" +
        "00000102" + "00000000" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.14")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new LogoutRequest
        {
            IsImmediate = true,
            Reason = LogoutReason.CloseConnection,
            InitiatorTaskTag = 0x2A07,
            ConnectionId = 3,
            CmdSN = new(0x33),
            ExpStatSN = new(0x102),
        };

        Assert.Equal(expected, LogoutRequest.Read(Example));
    }

    [Fact, Rfc7143("11.14")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[LogoutRequest.Length];
        Array.Fill(written, (byte)0xEE);

        LogoutRequest.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(4, "00000001", "RFC 7143 §11.14.2")]    // a data segment
    [InlineData(4, "01000000", "RFC 7143 §11.14.2")]    // an additional header segment
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => LogoutRequest.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[LogoutRequest.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = LogoutRequest.Opcode;

        if (Attempt.Read(() => LogoutRequest.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, LogoutRequest.Read(bytes));
        }
    }
}
