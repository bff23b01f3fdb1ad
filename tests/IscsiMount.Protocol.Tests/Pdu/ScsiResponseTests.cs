using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class ScsiResponseTests
{
    // CHECK CONDITION with 18 bytes of sense data, 512 bytes fewer than expected.
    private static readonly byte[] Example = Convert.FromHexString(
        "21820002" + "00000014" + "4001" + "000000000000" + "00002A07" + "00000077" + "00000102" +
        "00000033" + "00000072" + "00000004" + "00000000" + "00000200");

    [Fact, Rfc7143("11.4")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new ScsiResponse
        {
            Residuals = Residuals.Underflow,
            Response = ServiceResponse.CompletedAtTarget,
            Status = 2,
            DataSegmentLength = 20,
            StatusQualifier = 0x4001,
            InitiatorTaskTag = 0x2A07,
            SnackTag = 0x77,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            ExpDataSN = new(0x4),
            BidirectionalReadResidualCount = 0,
            ResidualCount = 0x200,
        };

        Assert.Equal(expected, ScsiResponse.Read(Example));
    }

    [Fact, Rfc7143("11.4")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[ScsiResponse.Length];
        Array.Fill(written, (byte)0xEE);

        ScsiResponse.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "86", "RFC 7143 §11.4.1")]    // O and U
    [InlineData(2, "02", "RFC 7143 §11.4.3")]    // a reserved code
    [InlineData(1, "98", "RFC 7143 §11.4.1")]    // o and u
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => ScsiResponse.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[ScsiResponse.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = ScsiResponse.Opcode;

        if (Attempt.Read(() => ScsiResponse.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, ScsiResponse.Read(bytes));
        }
    }
}
