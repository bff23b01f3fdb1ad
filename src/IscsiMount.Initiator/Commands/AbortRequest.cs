using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator.Commands;

/// <summary>Asks the target to abort one command. What it answers goes back to the task set.</summary>
internal sealed class AbortRequest(TaskSlot task, Action<uint, TaskManagementResult> whenAnswered) : ControlRequest
{
    private readonly LogicalUnitNumber _lun = task.Request.Lun;
    private readonly uint _tag = task.Tag;
    private readonly SerialNumber _cmdSN = task.CmdSN;

    public override bool IsTaskManagement => true;

    public override void Write(Span<byte> header, Numbers numbers) => new TaskManagementRequest
    {
        IsImmediate = true,
        Function = TaskManagementFunction.AbortTask,
        Lun = _lun,
        InitiatorTaskTag = numbers.Tag,
        ReferencedTaskTag = _tag,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
        RefCmdSN = _cmdSN,
        ExpDataSN = default,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data) =>
        whenAnswered(_tag, TaskManagementResponse.Read(header).Response);

    public override void Fail(Exception fault)
    {
        // The command stays under way. Either it ends by itself, or the watch ends the session.
    }
}
