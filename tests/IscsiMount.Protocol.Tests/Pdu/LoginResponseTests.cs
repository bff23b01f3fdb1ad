using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class LoginResponseTests
{
    // The last response of a login: session 0x11 is in the full feature phase.
    private static readonly byte[] Example = Convert.FromHexString(
        "23870000" + "000000F0" + "801234560001" + "0011" + "00000001" + "00000000" + "00000102" +
        "00000001" + "00000020" + "0000" + "0000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.13")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new LoginResponse
        {
            Transit = true,
            Continues = false,
            CurrentStage = LoginStage.LoginOperationalNegotiation,
            NextStage = LoginStage.FullFeaturePhase,
            VersionMax = 0,
            VersionActive = 0,
            DataSegmentLength = 240,
            Isid = new(0x801234560001),
            Tsih = 0x11,
            InitiatorTaskTag = 1,
            StatSN = new(0x102),
            ExpCmdSN = new(0x1),
            MaxCmdSN = new(0x20),
            Status = LoginStatus.Success,
        };

        Assert.Equal(expected, LoginResponse.Read(Example));
    }

    [Fact, Rfc7143("11.13")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[LoginResponse.Length];
        Array.Fill(written, (byte)0xEE);

        LoginResponse.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(1, "C7", "RFC 7143 §11.13.7")]    // C and T
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => LoginResponse.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[LoginResponse.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = LoginResponse.Opcode;

        if (Attempt.Read(() => LoginResponse.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, LoginResponse.Read(bytes));
        }
    }
}
