using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class DataInTests
{
    // The last 4 KiB of a read with its status, 3584 bytes fewer than expected.
    private static readonly byte[] Example = Convert.FromHexString(
        "25830000" + "00001000" + "0001000000000000" + "00002A07" + "FFFFFFFF" + "00000102" + "00000033" +
        "00000072" + "00000009" + "00012000" + "00000E00");

    [Fact, Rfc7143("11.7")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new DataIn
        {
            IsFinal = true,
            WantsAcknowledgement = false,
            Residuals = Residuals.Underflow,
            HasStatus = true,
            Status = 0,
            DataSegmentLength = 4096,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            TargetTransferTag = uint.MaxValue,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            DataSN = new(0x9),
            BufferOffset = 0x12000,
            ResidualCount = 0xE00,
        };

        Assert.Equal(expected, DataIn.Read(Example));
    }

    [Fact, Rfc7143("11.7")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[DataIn.Length];
        Array.Fill(written, (byte)0xEE);

        DataIn.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "03", "RFC 7143 §11.7.3")]    // S without F
    [InlineData(1, "87", "RFC 7143 §11.7.3")]    // O and U
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => DataIn.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Fact]
    public void Residual_bits_without_a_status_are_nobodys_business()
    {
        byte[] bytes = [.. Example];
        bytes[1] = 0x86;

        Assert.False(DataIn.Read(bytes).HasStatus);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[DataIn.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = DataIn.Opcode;

        if (Attempt.Read(() => DataIn.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, DataIn.Read(bytes));
        }
    }
}
