using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Pdu;

public sealed class TaskManagementRequestTests
{
    // ABORT TASK of task 0x2A01, immediate.
    private static readonly byte[] Example = Convert.FromHexString(
        "42810000" + "00000000" + "0001000000000000" + "00002A07" + "00002A01" + "00000033" + "00000102" +
        "00000031" + "00000000" + "00000000" + "00000000");

    [Fact, Rfc7143("11.5")]
    public void Every_field_is_read_from_its_place()
    {
        var expected = new TaskManagementRequest
        {
            IsImmediate = true,
            Function = TaskManagementFunction.AbortTask,
            Lun = new(0x0001_0000_0000_0000),
            InitiatorTaskTag = 0x2A07,
            ReferencedTaskTag = 0x2A01,
            CmdSN = new(0x33),
            ExpStatSN = new(0x102),
            RefCmdSN = new(0x31),
            ExpDataSN = new(0x0),
        };

        Assert.Equal(expected, TaskManagementRequest.Read(Example));
    }

    [Fact, Rfc7143("11.5")]
    public void What_was_read_is_written_back_byte_for_byte()
    {
        byte[] written = new byte[TaskManagementRequest.Length];
        Array.Fill(written, (byte)0xEE);

        TaskManagementRequest.Read(Example).Write(written);

        Assert.Equal(Example, written);
    }

    [Theory]
    [InlineData(4, "00000001", "RFC 7143 §11.5.2")]    // a data segment
    [InlineData(4, "01000000", "RFC 7143 §11.5.2")]    // an additional header segment
    public void A_broken_rule_is_named(int offset, string patch, string rule)
    {
        byte[] bytes = [.. Example];
        Convert.FromHexString(patch).CopyTo(bytes, offset);

        var violation = Assert.Throws<ProtocolViolationException>(() => TaskManagementRequest.Read(bytes));

        Assert.Equal((rule, FaultScope.Connection), (violation.Rule, violation.Scope));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        byte[] bytes = new byte[TaskManagementRequest.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = TaskManagementRequest.Opcode;

        if (Attempt.Read(() => TaskManagementRequest.Read(bytes)) is { } pdu)
        {
            pdu.Write(bytes);
            Assert.Equal(pdu, TaskManagementRequest.Read(bytes));
        }
    }
}
