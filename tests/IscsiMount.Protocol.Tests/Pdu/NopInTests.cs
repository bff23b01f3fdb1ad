using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class NopInTests
{
    // The target wants to know whether we are alive.
    private static readonly byte[] Example = Convert.FromHexString(
        "20800000" + "00000000" + "0001000000000000" + "FFFFFFFF" + "00000A01" + "00000102" + "00000033" +
        "00000072" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.19")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new NopIn
        {
            DataSegmentLength = 0,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = uint.MaxValue,
            TargetTransferTag = 0xA01,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
        };

        Assert.Equal(expected, NopIn.Read(Example));
    }

    [Fact, Rfc7143("11.19")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[NopIn.Length];
        Array.Fill(written, (byte)0xEE);

        NopIn.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(16, "00000007", "RFC 7143 §11.19")]    // both tags
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => NopIn.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[NopIn.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = NopIn.Opcode;

        if (Attempt.Read(() => NopIn.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, NopIn.Read(bytes));
        }
    }
}
