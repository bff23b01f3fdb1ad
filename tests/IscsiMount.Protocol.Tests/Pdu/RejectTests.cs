using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class RejectTests
{
    // A SNACK was a protocol error; the next DataSN is 5.
    private static readonly byte[] Example = Convert.FromHexString(
        "3F800400" + "00000030" + "0000000000000000" + "FFFFFFFF" + "00000000" + "00000102" + "00000033" +
        "00000072" + "00000005" + "00000000" + "00000000");

    [Fact, Rfc7143("11.17")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new Reject
        {
            Reason = RejectReason.ProtocolError,
            DataSegmentLength = 48,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            DataSNOrR2TSN = new(0x5),
        };

        Assert.Equal(expected, Reject.Read(Example));
    }

    [Fact, Rfc7143("11.17")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[Reject.Length];
        Array.Fill(written, (byte)0xEE);

        Reject.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[Reject.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = Reject.Opcode;

        Reject pdu = Reject.Read(bytes);
        pdu.Write(bytes);

        Assert.Equal(pdu, Reject.Read(bytes));
    }
}
