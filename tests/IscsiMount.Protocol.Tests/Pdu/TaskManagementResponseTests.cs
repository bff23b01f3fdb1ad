using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class TaskManagementResponseTests
{
    // QUERY ASYNCHRONOUS EVENT found a unit attention.
    private static readonly byte[] Example = Convert.FromHexString(
        "22800700" + "00000000" + "062900" + "0000000000" + "00002A07" + "00000000" + "00000102" +
        "00000033" + "00000072" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.6")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new TaskManagementResponse
        {
            Response = TaskManagementResult.FunctionSucceeded,
            AdditionalResponseInformation = 0x62900,
            InitiatorTaskTag = 0x2A07,
            StatSN = new(0x102),
            ExpCmdSN = new(0x33),
            MaxCmdSN = new(0x72),
        };

        Assert.Equal(expected, TaskManagementResponse.Read(Example));
    }

    [Fact, Rfc7143("11.6")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[TaskManagementResponse.Length];
        Array.Fill(written, (byte)0xEE);

        TaskManagementResponse.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(4, "00000001", "RFC 7143 §11.6.2")]    // a data segment
    [InlineData(4, "01000000", "RFC 7143 §11.6.2")]    // an additional header segment
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => TaskManagementResponse.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[TaskManagementResponse.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = TaskManagementResponse.Opcode;

        if (Attempt.Read(() => TaskManagementResponse.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, TaskManagementResponse.Read(bytes));
        }
    }
}
