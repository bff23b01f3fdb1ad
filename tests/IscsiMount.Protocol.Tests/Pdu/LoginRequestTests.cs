using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class LoginRequestTests
{
    // The first request of a session: from the security stage to the operational one.
    private static readonly byte[] Example = Convert.FromHexString(
        "43810000" + "00000052" + "801234560001" + "0000" + "00000001" + "0001" + "0000" + "00000001" +
        "00000000" + "00000000" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.12")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new LoginRequest
        {
            Transit = true,
            Continues = false,
            CurrentStage = LoginStage.SecurityNegotiation,
            NextStage = LoginStage.LoginOperationalNegotiation,
            VersionMax = 0,
            VersionMin = 0,
            DataSegmentLength = 82,
            Isid = new(0x801234560001),
            Tsih = 0,
            InitiatorTaskTag = 1,
            ConnectionId = 1,
            CmdSN = new(0x1),
            ExpStatSN = new(0x0),
        };

        Assert.Equal(expected, LoginRequest.Read(Example));
    }

    [Fact, Rfc7143("11.12")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[LoginRequest.Length];
        Array.Fill(written, (byte)0xEE);

        LoginRequest.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[LoginRequest.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = LoginRequest.Opcode;

        LoginRequest pdu = LoginRequest.Read(bytes);
        pdu.Write(bytes);

        Assert.Equal(pdu, LoginRequest.Read(bytes));
    }
}
