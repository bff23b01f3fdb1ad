using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class BasicHeaderTests
{
    // An immediate SCSI Command with two words of additional headers and 1001 bytes of data.
    private static readonly byte[] Example = Convert.FromHexString(
        "41A10000" + "02" + "0003E9" + "0001000000000000" + "00002A07" + "000003E9" + "00000018" + "00000028" +
        "2A000000000000000200000000000000");

    [Fact, Rfc7143("11.2.1")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new BasicHeader
        {
            Opcode = ScsiCommand.Opcode,
            IsImmediate = true,
            IsFinal = true,
            TotalAhsWords = 2,
            DataSegmentLength = 1001,
            InitiatorTaskTag = 0x2A07,
        };

        Assert.Equal(expected, BasicHeader.Read(Example));
    }

    [Theory, Requirement("PDU-01", "PDU-02")]
    [InlineData(0, 0, 48)]
    [InlineData(0, 1, 52)]
    [InlineData(0, 4, 52)]
    [InlineData(0, 5, 56)]
    [InlineData(2, 0, 56)]
    [InlineData(255, 0xFF_FFFF, 48 + 1020 + 0x100_0000)]
    public void A_pdu_ends_after_pad_and_digests(int ahsWords, int dataLength, int plain)
    {
        BasicHeader header = BasicHeader.Read(Example) with
        {
            TotalAhsWords = (byte)ahsWords,
            DataSegmentLength = dataLength,
        };
        int digests = dataLength == 0 ? 4 : 8;

        Assert.Equal(plain, header.WireLength(DigestKind.None, DigestKind.None));
        Assert.Equal(plain + digests, header.WireLength(DigestKind.Crc32C, DigestKind.Crc32C));
        Assert.Equal(plain + 4, header.WireLength(DigestKind.Crc32C, DigestKind.None));
        Assert.Equal(plain + digests - 4, header.WireLength(DigestKind.None, DigestKind.Crc32C));
    }

    [Theory]
    [InlineData("21")]    // SCSI Response
    [InlineData("3C")]    // a vendor's own
    public void Additional_headers_of_a_target_are_a_violation(string opcode)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(opcode).CopyTo(bytes, 0);

        var violation = Assert.Throws<ProtocolViolationException>(() => BasicHeader.Read(bytes));

        Assert.Equal("RFC 7143 §11.2.1.5", violation.Rule);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_have_bounded_lengths_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[BasicHeader.Length];
        new Random(seed).NextBytes(bytes);

        if (Attempt.Read(() => BasicHeader.Read(bytes)) is { } header)
        {
            Assert.InRange(header.WireLength(DigestKind.Crc32C, DigestKind.Crc32C), 48, 48 + 1020 + 0x100_0000 + 8);
            Assert.Equal(0, header.PaddedDataLength % 4);
        }
    }
}
