using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class ReadyToTransferTests
{
    // Asks for 64 KiB from offset 128 KiB.
    private static readonly byte[] Example = Convert.FromHexString(
        "31800000" + "00000000" + "0001000000000000" + "00000007" + "00000A01" + "00000102" + "00000033" +
        "00000072" + "00000002" + "00020000" + "00010000");

    [Fact, Rfc7143("11.8")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new ReadyToTransfer
        {
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = 7,
            TargetTransferTag = 0xA01,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            R2TSN = new(0x2),
            BufferOffset = 0x20000,
            DesiredDataTransferLength = 0x10000,
        };

        Assert.Equal(expected, ReadyToTransfer.Read(Example));
    }

    [Fact, Rfc7143("11.8")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[ReadyToTransfer.Length];
        Array.Fill(written, (byte)0xEE);

        ReadyToTransfer.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(4, "00000001", "RFC 7143 §11.8.1")]     // a data segment
    [InlineData(44, "00000000", "RFC 7143 §11.8.4")]    // a length of zero
    [InlineData(20, "FFFFFFFF", "RFC 7143 §11.8.5")]    // the reserved tag
    [InlineData(4, "01000000", "RFC 7143 §11.8.1")]     // an additional header segment
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => ReadyToTransfer.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[ReadyToTransfer.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = ReadyToTransfer.Opcode;

        if (Attempt.Read(() => ReadyToTransfer.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, ReadyToTransfer.Read(bytes));
        }
    }
}
