using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class AsynchronousMessageTests
{
    // Connection 1 will be dropped: wait 2 seconds, come back within 20.
    private static readonly byte[] Example = Convert.FromHexString(
        "32800000" + "00000002" + "0000000000000000" + "FFFFFFFF" + "00000000" + "00000102" + "00000033" +
        "00000072" + "02" + "00" + "0001" + "0002" + "0014" + "00000000");

    [Fact, Rfc7143("11.9")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new AsynchronousMessage
        {
            DataSegmentLength = 2,
            Lun = new(0x0000_0000_0000_0000),
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
            Event = AsyncEvent.ConnectionDrop,
            AsyncVCode = 0,
            Parameter1 = 1,
            Parameter2 = 2,
            Parameter3 = 0x14,
        };

        Assert.Equal(expected, AsynchronousMessage.Read(Example));
    }

    [Fact, Rfc7143("11.9")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[AsynchronousMessage.Length];
        Array.Fill(written, (byte)0xEE);

        AsynchronousMessage.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[AsynchronousMessage.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = AsynchronousMessage.Opcode;

        AsynchronousMessage pdu = AsynchronousMessage.Read(bytes);
        pdu.Write(bytes);

        Assert.Equal(pdu, AsynchronousMessage.Read(bytes));
    }
}
