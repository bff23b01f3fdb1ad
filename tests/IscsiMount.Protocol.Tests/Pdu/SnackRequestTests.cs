using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class SnackRequestTests
{
    // Acknowledges the data up to DataSN 0x0F.
    private static readonly byte[] Example = Convert.FromHexString(
        "10820000" + "00000000" + "0001000000000000" + "FFFFFFFF" + "00000A01" + "00000000" + "00000102" +
        "00000000" + "00000000" + "00000010" + "00000000");

    [Fact, Rfc7143("11.16")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new SnackRequest
        {
            Kind = SnackKind.DataAck,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = uint.MaxValue,
            TargetTransferTagOrSnackTag = 0xA01,
            ExpStatSN = new(0x102),
            BegRun = new(0x10),
            RunLength = 0,
        };

        Assert.Equal(expected, SnackRequest.Read(Example));
    }

    [Fact, Rfc7143("11.16")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[SnackRequest.Length];
        Array.Fill(written, (byte)0xEE);

        SnackRequest.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[SnackRequest.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = SnackRequest.Opcode;

        SnackRequest pdu = SnackRequest.Read(bytes);
        pdu.Write(bytes);

        Assert.Equal(pdu, SnackRequest.Read(bytes));
    }
}
