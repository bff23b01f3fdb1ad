using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>What task management answers, and when.</summary>
public sealed class TaskManagementTests
{
    [Fact, Requirement("TMF-03")]
    public async Task An_abort_is_answered_when_the_device_is_done_and_the_command_never()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        ScsiCommand read = initiator.Command("28 00 00000000 00 0001 00", readLength: 512);
        initiator.Send(read);
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        initiator.Send(Request(initiator, TaskManagementFunction.AbortTask, read));
        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        initiator.Receive<DataIn>();
        target.Device.ReleaseOne();

        Assert.Equal(TaskManagementResult.FunctionComplete, initiator.Receive<TaskManagementResponse>().Response);
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveGood();
    }

    [Fact, Requirement("TMF-03", "TGT-08")]
    public async Task A_write_that_waits_for_data_is_aborted_at_once_and_writes_nothing()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("ImmediateData=No InitialR2T=Yes");
        ScsiCommand write = initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512);
        initiator.Send(write);
        ReadyToTransfer wanted = initiator.Receive<ReadyToTransfer>();

        initiator.Send(Request(initiator, TaskManagementFunction.AbortTask, write));
        Assert.Equal(TaskManagementResult.FunctionComplete, initiator.Receive<TaskManagementResponse>().Response);
        initiator.Send(DataFor(wanted), [.. Enumerable.Repeat((byte)0xAA, 512)]);
        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));

        initiator.Receive<DataIn>(out byte[] stored);
        Assert.All(stored, each => Assert.Equal(0, each));
    }

    [Fact, Requirement("TMF-04")]
    public async Task A_command_that_never_came_counts_as_received_and_one_that_is_over_does_not_exist()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        ScsiCommand lost = initiator.Command("00 00 00 00 00 00");
        ScsiCommand held = initiator.Command("00 00 00 00 00 00");
        initiator.Send(held);

        initiator.Send(Request(initiator, TaskManagementFunction.AbortTask, lost));
        Assert.Equal(held.InitiatorTaskTag, initiator.ReceiveGood().InitiatorTaskTag);
        Assert.Equal(TaskManagementResult.FunctionComplete, initiator.Receive<TaskManagementResponse>().Response);

        initiator.Send(Request(initiator, TaskManagementFunction.AbortTask, held));
        Assert.Equal(TaskManagementResult.TaskDoesNotExist, initiator.Receive<TaskManagementResponse>().Response);
    }

    [Fact, Requirement("TMF-07", "TMF-06")]
    public async Task An_abort_of_all_tasks_waits_for_the_data_that_is_still_owed()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("ImmediateData=No InitialR2T=Yes");
        ScsiCommand write = initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512);
        initiator.Send(write);
        ReadyToTransfer wanted = initiator.Receive<ReadyToTransfer>();

        initiator.Send(Request(initiator, TaskManagementFunction.AbortTaskSet, write));
        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        initiator.Receive<DataIn>();
        initiator.Send(DataFor(wanted), new byte[512]);

        Assert.Equal(TaskManagementResult.FunctionComplete, initiator.Receive<TaskManagementResponse>().Response);
    }

    [Theory, Requirement("TMF-08", "TGT-05")]
    [InlineData(TaskManagementFunction.ClearTaskSet, 0x2F, 0x00)]
    [InlineData(TaskManagementFunction.LogicalUnitReset, 0x29, 0x03)]
    [InlineData(TaskManagementFunction.TargetWarmReset, 0x29, 0x03)]
    public async Task A_reset_ends_the_tasks_of_others_and_tells_them(
        TaskManagementFunction function, byte code, byte qualifier)
    {
        await using var target = new TestTarget();
        ScriptedInitiator one = target.LogIn(isid: 0x800000000001);
        ScriptedInitiator other = target.LogIn(isid: 0x800000000002);
        target.Device.Holds = true;
        ScsiCommand read = other.Command("28 00 00000000 00 0001 00", readLength: 512);
        other.Send(read);
        other.Send(other.Command("28 00 00000000 00 0001 00", readLength: 512) with
        {
            Attribute = TaskAttributeKind.Ordered,
        });
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);
        await Eventually.HoldsAsync(() => target.Server.Snapshot().Sessions.Sum(each => each.CommandsInFlight) == 2);

        one.Send(Request(one, function, read));
        await Eventually.HoldsAsync(() => target.Server.Snapshot().Sessions.Sum(each => each.CommandsInFlight) == 1);
        target.Device.ReleaseOne();

        Assert.Equal(TaskManagementResult.FunctionComplete, one.Receive<TaskManagementResponse>().Response);
        Assert.Equal(ScriptedInitiator.NoTag, other.Receive<NopIn>().InitiatorTaskTag);
        other.Send(other.Command("00 00 00 00 00 00"));
        Assert.Equal(new AdditionalSense(code, qualifier), Skip(other).Additional);
    }

    [Theory, Requirement("TMF-05", "SAM5-03", "ERL-20")]
    [InlineData(TaskManagementFunction.AbortTaskSet, 9, TaskManagementResult.LunDoesNotExist)]
    [InlineData(TaskManagementFunction.LogicalUnitReset, 9, TaskManagementResult.LunDoesNotExist)]
    [InlineData(TaskManagementFunction.ClearAca, 0, TaskManagementResult.FunctionNotSupported)]
    [InlineData(TaskManagementFunction.TargetColdReset, 0, TaskManagementResult.FunctionNotSupported)]
    [InlineData(TaskManagementFunction.QueryTask, 0, TaskManagementResult.FunctionNotSupported)]
    [InlineData(TaskManagementFunction.NexusReset, 0, TaskManagementResult.FunctionNotSupported)]
    [InlineData((TaskManagementFunction)99, 0, TaskManagementResult.FunctionNotSupported)]
    [InlineData(TaskManagementFunction.TaskReassign, 0, TaskManagementResult.ReassignmentNotSupported)]
    [InlineData(TaskManagementFunction.AbortTaskSet, 0, TaskManagementResult.FunctionComplete)]
    public async Task What_is_not_there_or_not_supported_is_said_so(
        TaskManagementFunction function, int lun, TaskManagementResult result)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Request(initiator, function, initiator.Command("00 00 00 00 00 00")) with
        {
            Lun = LogicalUnitNumber.FromIndex(lun),
        });

        Assert.Equal(result, initiator.Receive<TaskManagementResponse>().Response);
    }

    // A window that opened without an answer may be shown more than once before the answer comes.
    private static SenseData Skip(ScriptedInitiator initiator)
    {
        (byte[] header, byte[] data) = initiator.Receive();
        while ((header[0] & 0x3F) == NopIn.Opcode)
        {
            (header, data) = initiator.Receive();
        }

        return SenseData.Read(Protocol.Segments.SenseSegment.Read(data).Sense);
    }

    private static TaskManagementRequest Request(
        ScriptedInitiator initiator, TaskManagementFunction function, ScsiCommand meant) => new()
        {
            IsImmediate = true,
            Function = function,
            Lun = meant.Lun,
            InitiatorTaskTag = 0x7000_0000,
            ReferencedTaskTag = meant.InitiatorTaskTag,
            CmdSN = new(initiator.CmdSN),
            ExpStatSN = initiator.ExpStatSN,
            RefCmdSN = meant.CmdSN,
            ExpDataSN = default,
        };

    private static DataOut DataFor(ReadyToTransfer wanted) => new()
    {
        IsFinal = true,
        DataSegmentLength = 0,
        Lun = wanted.Lun,
        InitiatorTaskTag = wanted.InitiatorTaskTag,
        TargetTransferTag = wanted.TargetTransferTag,
        ExpStatSN = default,
        DataSN = default,
        BufferOffset = wanted.BufferOffset,
    };
}
