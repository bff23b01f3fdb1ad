using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class DataOutTests
{
    // The last 8 KiB of an answer to an R2T.
    private static readonly byte[] Example = Convert.FromHexString(
        "05800000" + "00002000" + "0001000000000000" + "00002A07" + "00000A01" + "00000000" + "00000102" +
        "00000000" + "00000003" + "00026000" + "00000000");

    [Fact, Rfc7143("11.7")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new DataOut
        {
            IsFinal = true,
            DataSegmentLength = 8192,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            TargetTransferTag = 0xA01,
            ExpStatSN = new(0x102),
            DataSN = new(0x3),
            BufferOffset = 0x26000,
        };

        Assert.Equal(expected, DataOut.Read(Example));
    }

    [Fact, Rfc7143("11.7")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[DataOut.Length];
        Array.Fill(written, (byte)0xEE);

        DataOut.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[DataOut.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = DataOut.Opcode;

        DataOut pdu = DataOut.Read(bytes);
        pdu.Write(bytes);

        Assert.Equal(pdu, DataOut.Read(bytes));
    }
}
