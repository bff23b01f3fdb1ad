using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator.Commands;

/// <summary>
/// Asks the task manager of the target for something that concerns a logical unit, or all of them. What it ends, ends
/// when the target says so and not before: until then data is moved and responses count (RFC 7143 §4.2.3.3).
/// </summary>
/// <param name="function">What is asked.</param>
/// <param name="lun">The unit, or zero for the functions that concern them all.</param>
/// <param name="whenDone">Told, on the receiving thread, that the target has done it.</param>
internal sealed class TaskManagementTask(
    TaskManagementFunction function, LogicalUnitNumber lun, Action<TaskManagementTask> whenDone)
    : ControlRequest<TaskManagementResult>
{
    public override bool IsTaskManagement => true;

    /// <summary>Tasks with numbers before this one are those that it concerns.</summary>
    public SerialNumber CmdSN { get; private set; }

    /// <summary>Whether every task of the session that it concerns is over once it is done.</summary>
    public bool EndsTasks => function
        is TaskManagementFunction.AbortTaskSet
        or TaskManagementFunction.ClearTaskSet
        or TaskManagementFunction.LogicalUnitReset
        or TaskManagementFunction.TargetWarmReset
        or TaskManagementFunction.TargetColdReset;

    public bool Concerns(LogicalUnitNumber unit) => unit == lun
        || function is TaskManagementFunction.TargetWarmReset or TaskManagementFunction.TargetColdReset;

    public override void Write(Span<byte> header, Numbers numbers)
    {
        CmdSN = numbers.CmdSN;
        new TaskManagementRequest
        {
            IsImmediate = true,
            Function = function,
            Lun = lun,
            InitiatorTaskTag = numbers.Tag,
            ReferencedTaskTag = NoTag,
            CmdSN = numbers.CmdSN,
            ExpStatSN = numbers.ExpStatSN,
            RefCmdSN = default,
            ExpDataSN = default,
        }.Write(header);
    }

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        TaskManagementResult result = TaskManagementResponse.Read(header).Response;
        if (result == TaskManagementResult.FunctionComplete)
        {
            whenDone(this);
        }

        Finish(result);
    }
}
