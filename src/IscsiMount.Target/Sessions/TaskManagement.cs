using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// Task management of one session, as it is asked for over one of its connections (RFC 7143 §11.5, §11.6). An answer is
/// given when it is true: after the tasks that it concerns are gone, and no device touches anything of theirs.
/// </summary>
internal sealed class TaskManagement(TaskRunner runner, Nexus nexus, CommandOrder order, Allegiance asker)
{
    private readonly TaskAborts _aborts = new(runner);

    /// <summary>It is the turn of a request.</summary>
    public void Execute(TaskManagementRequest request)
    {
        switch (request.Function)
        {
            case TaskManagementFunction.AbortTask:
                AbortTask(request);
                return;
            case TaskManagementFunction.AbortTaskSet:
            case TaskManagementFunction.ClearTaskSet:
            case TaskManagementFunction.LogicalUnitReset:
                WithUnit(request);
                return;
            case TaskManagementFunction.TargetWarmReset:
                Respond(request, nexus.Units, ResetUnit);
                return;
            case TaskManagementFunction.TaskReassign:
                Answer(request, TaskManagementResult.ReassignmentNotSupported);
                return;
            default:
                // Contingent allegiance and protocol level 2 were not agreed on. A cold reset would let any initiator
                // disconnect all others.
                Answer(request, TaskManagementResult.FunctionNotSupported);
                return;
        }
    }

    private void AbortTask(TaskManagementRequest request)
    {
        TaskManagementResult result = TaskManagementResult.FunctionComplete;
        var wait = new TaskManagementWait(() => Answer(request, result));
        bool isKnown = _aborts.AbortOne(request.ReferencedTaskTag, wait);
        if (!isKnown && !(request.RefCmdSN.Precedes(request.CmdSN) && order.CountAsReceived(request.RefCmdSN, asker)))
        {
            // It never came and will not, or it has been answered.
            result = TaskManagementResult.TaskDoesNotExist;
        }

        wait.Release();
    }

    private void WithUnit(TaskManagementRequest request)
    {
        if (nexus.Find(request.Lun) is not { } user)
        {
            Answer(request, TaskManagementResult.LunDoesNotExist);
            return;
        }

        Respond(request, [user], request.Function switch
        {
            TaskManagementFunction.AbortTaskSet => AbortOwnTasks,
            TaskManagementFunction.ClearTaskSet => ClearTasks,
            _ => ResetUnit,
        });
    }

    private void Respond(
        TaskManagementRequest request,
        IEnumerable<NexusUnit> users,
        Action<TaskManagementRequest, NexusUnit, TaskManagementWait> act)
    {
        var wait = new TaskManagementWait(() => Answer(request, TaskManagementResult.FunctionComplete));
        foreach (NexusUnit user in users)
        {
            act(request, user, wait);
        }

        wait.Release();
    }

    private void AbortOwnTasks(TaskManagementRequest request, NexusUnit user, TaskManagementWait wait)
    {
        _aborts.AbortAll(task => ReferenceEquals(task.Unit, user) && IsOlder(task, request), wait, isOwn: true);
    }

    private void ClearTasks(TaskManagementRequest request, NexusUnit user, TaskManagementWait wait)
    {
        AbortOwnTasks(request, user, wait);
        foreach (NexusUnit other in user.Unit.UsersBut(user))
        {
            if (other.Runner is { } others
                && new TaskAborts(others).AbortAll(task => ReferenceEquals(task.Unit, other), wait, isOwn: false) > 0)
            {
                other.Tell(AdditionalSense.CommandsClearedByAnotherInitiator);
            }
        }
    }

    private void ResetUnit(TaskManagementRequest request, NexusUnit user, TaskManagementWait wait)
    {
        ClearTasks(request, user, wait);
        user.Unit.Reset();
    }

    private static bool IsOlder(ScsiTask task, TaskManagementRequest request) =>
        task.Command.IsImmediate || task.Command.CmdSN.Precedes(request.CmdSN);

    private void Answer(TaskManagementRequest request, TaskManagementResult result)
    {
        if (!request.IsImmediate)
        {
            runner.LeaveWindow();
        }

        asker.Sink.Add(ControlAnswers.TaskManagement(request.InitiatorTaskTag, result));
        asker.Sink.Request(BasicHeader.Length);
    }
}
