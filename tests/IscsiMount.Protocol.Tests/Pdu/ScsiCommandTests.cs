using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class ScsiCommandTests
{
    // READ(10) of 1 KiB, with priority 5 and two words of additional headers.
    private static readonly byte[] Example = Convert.FromHexString(
        "01C15000" + "02000000" + "0001000000000000" + "00002A07" + "00000400" + "00000018" + "00000028" +
        "28000000000000000200000000000000");

    [Fact, Rfc7143("11.3")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new ScsiCommand
        {
            IsImmediate = false,
            IsFinal = true,
            IsRead = true,
            IsWrite = false,
            Attribute = TaskAttributeKind.Simple,
            Priority = 5,
            TotalAhsWords = 2,
            DataSegmentLength = 0,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            ExpectedDataTransferLength = 0x400,
            CmdSN = new(0x18),
            ExpStatSN = new(0x28),
            Cdb = CdbBytes.From(Convert.FromHexString("28000000000000000200000000000000")),
        };

        Assert.Equal(expected, ScsiCommand.Read(Example));
    }

    [Fact, Rfc7143("11.3")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[ScsiCommand.Length];
        Array.Fill(written, (byte)0xEE);

        ScsiCommand.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "41", "RFC 7143 §11.3.1")]    // neither F nor W
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => ScsiCommand.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Fact, Requirement("PDU-03")]
    public void Reserved_bits_are_neither_read_nor_written()
    {
        byte[] bytes = [.. Example];
        bytes[0] |= 0x80;
        bytes[1] |= 0x18;
        bytes[2] |= 0x0F;
        bytes[3] = 0xFF;
        byte[] written = new byte[ScsiCommand.Length];

        ScsiCommand.Read(bytes).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[ScsiCommand.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = ScsiCommand.Opcode;

        if (Attempt.Read(() => ScsiCommand.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, ScsiCommand.Read(bytes));
        }
    }
}
