using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class TextRequestTests
{
    // SendTargets=All.
    private static readonly byte[] Example = Convert.FromHexString(
        "04800000" + "00000010" + "0000000000000000" + "00002A07" + "FFFFFFFF" + "00000033" + "00000102" +
        "00000000" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.10")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new TextRequest
        {
            IsImmediate = false,
            IsFinal = true,
            Continues = false,
            DataSegmentLength = 16,
            Lun = new(0x0000_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            TargetTransferTag = uint.MaxValue,
            CmdSN = new(0x33),
            ExpStatSN = new(0x102),
        };

        Assert.Equal(expected, TextRequest.Read(Example));
    }

    [Fact, Rfc7143("11.10")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[TextRequest.Length];
        Array.Fill(written, (byte)0xEE);

        TextRequest.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "C0", "RFC 7143 §11.10.2")]    // C and F
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => TextRequest.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[TextRequest.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = TextRequest.Opcode;

        if (Attempt.Read(() => TextRequest.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, TextRequest.Read(bytes));
        }
    }
}
