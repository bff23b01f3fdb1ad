using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class NopOutTests
{
    // Answers the ping of the target.
    private static readonly byte[] Example = Convert.FromHexString(
        "40800000" + "00000004" + "0001000000000000" + "FFFFFFFF" + "00000A01" + "00000033" + "00000102" +
        "00000000" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.18")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new NopOut
        {
            IsImmediate = true,
            DataSegmentLength = 4,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = uint.MaxValue,
            TargetTransferTag = 0xA01,
            CmdSN = new(0x33),
            ExpStatSN = new(0x102),
        };

        Assert.Equal(expected, NopOut.Read(Example));
    }

    [Fact, Rfc7143("11.18")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[NopOut.Length];
        Array.Fill(written, (byte)0xEE);

        NopOut.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(0, "00", "RFC 7143 §11.18.1")]    // not immediate, without a tag
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => NopOut.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[NopOut.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = NopOut.Opcode;

        if (Attempt.Read(() => NopOut.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, NopOut.Read(bytes));
        }
    }
}
