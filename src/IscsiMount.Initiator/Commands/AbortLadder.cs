using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;

namespace IscsiMount.Initiator.Commands;

/// <summary>How far the target was asked to go to end a task.</summary>
internal enum AbortStep
{
    /// <summary>It was not asked.</summary>
    None,

    /// <summary>To abort this task.</summary>
    Task,

    /// <summary>To reset the whole unit, since the abort had no effect.</summary>
    Unit,
}

/// <summary>
/// Ends commands that nobody wants any more or that take too long: first the command is aborted, then its unit reset,
/// and if that does not help either, the session has to end (RFC 7143 §7.11).
/// </summary>
internal sealed class AbortLadder(TaskState state, TaskSet tasks)
{
    /// <summary>Goes on the first step for one command, unless that was done. The caller holds the lock.</summary>
    public void Abort(TaskSlot task, Exception cause)
    {
        if (task is { AbortStep: AbortStep.None, HeldResult: null })
        {
            task.Tick = tasks.Tick;
            task.AbortCause = cause;
            task.AbortStep = AbortStep.Task;
            state.Control.Add(new AbortRequest(task, EndAborted));
        }
    }

    /// <summary>
    /// Goes one step further with commands that take too long, and withdraws those that wait too long for the window.
    /// </summary>
    /// <param name="patience">Ticks that each step may take.</param>
    /// <param name="timeout">The same for people.</param>
    /// <returns>False if the last step had no effect: then nothing helps but to end the session.</returns>
    public bool Climb(uint patience, TimeSpan timeout)
    {
        var withdrawn = new List<CommandRequest>();
        bool isBeyondHelp = false;
        lock (state.Gate)
        {
            while (state.Waiting.Count > 0 && Age(state.Waiting.First.QueuedTick) > patience)
            {
                withdrawn.Add(state.Waiting.Take());
            }

            foreach (TaskSlot task in state.Tasks.Live.Where(task => task.Control is null && Age(task.Tick) > patience))
            {
                isBeyondHelp |= task.AbortStep == AbortStep.Unit;
                Climb(task, timeout);
            }
        }

        foreach (CommandRequest request in withdrawn)
        {
            request.Owner.Complete(request.Cookie, CommandResult.Failed(new CommandTimedOutException(timeout)));
        }

        tasks.SignalIfIdle();
        return !isBeyondHelp;
    }

    /// <summary>
    /// The task manager has done what it was asked for. The tasks that it concerned are over: those that were to end,
    /// for that reason; the others as tasks that somebody aborted.
    /// </summary>
    public void EndConcerned(TaskManagementTask done)
    {
        if (!done.EndsTasks)
        {
            return;
        }

        TaskSlot[] concerned;
        lock (state.Gate)
        {
            concerned =
            [
                .. state.Tasks.Live.Where(task => task is { Control: null, HeldResult: null }
                    && done.Concerns(task.Request.Lun) && task.CmdSN.Precedes(done.CmdSN)),
            ];
        }

        foreach (TaskSlot task in concerned)
        {
            EndByTarget(task, task.AbortCause is { } cause
                ? CommandResult.Failed(cause)
                : new CommandResult { Status = ScsiStatus.TaskAborted });
        }
    }

    private void Climb(TaskSlot task, TimeSpan timeout)
    {
        if (task.AbortStep == AbortStep.None)
        {
            Abort(task, new CommandTimedOutException(timeout));
            return;
        }

        // One reset is for all tasks of the unit, so all of them have climbed this step with it.
        LogicalUnitNumber lun = task.Request.Lun;
        state.Control.Add(new TaskManagementTask(TaskManagementFunction.LogicalUnitReset, lun, EndConcerned));
        foreach (TaskSlot other in state.Tasks.Live.Where(other => other.Control is null && other.Request.Lun == lun))
        {
            other.AbortStep = AbortStep.Unit;
            other.Tick = tasks.Tick;
        }
    }

    // A target that cannot abort leaves the command under way; then it ends by itself, or the next step is taken.
    private void EndAborted(uint tag, TaskManagementResult result)
    {
        bool isOver = result is TaskManagementResult.FunctionComplete or TaskManagementResult.TaskDoesNotExist;
        if (isOver && tasks.Find(tag) is { AbortCause: { } cause, HeldResult: null } task)
        {
            EndByTarget(task, CommandResult.Failed(cause));
        }
    }

    private void EndByTarget(TaskSlot task, in CommandResult result)
    {
        lock (state.Gate)
        {
            task.AbortedTag = task.Tag;
        }

        tasks.End(task, result);
    }

    private uint Age(uint tick) => unchecked(tasks.Tick - tick);
}
