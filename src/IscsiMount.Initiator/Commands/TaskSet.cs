using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Commands;

/// <summary>
/// All that is under way or waits in a session. Submitters put in, the <see cref="SendOrder"/> takes out, the receiving
/// thread reports what came, and each owner is told the end of each of its commands once.
/// </summary>
/// <remarks>No code of others runs under the lock of the <see cref="TaskState"/>.</remarks>
internal sealed class TaskSet
{
    private readonly TaskState _state;
    private readonly Lock _lock;
    private readonly TaskTable _tasks;
    private readonly CommandQueue _waiting;
    private readonly ControlQueue _control;
    private TaskCompletionSource? _whenIdle;
    private SessionEndedException? _closed;
    private SessionEndedException? _refusal;
    private ICommandHeir? _heir;
    private TaskCounters _counters;

    public TaskSet(TaskState state)
    {
        _state = state;
        (_lock, _tasks, _waiting, _control) = (state.Gate, state.Tasks, state.Waiting, state.Control);
        Ladder = new AbortLadder(state, this);
    }

    public AbortLadder Ladder { get; }

    /// <summary>
    /// The time, as the watch of the session counts it: requests that wait or run are stamped with it.
    /// </summary>
    public uint Tick { get; set; }

    public TaskCounters Counters
    {
        get
        {
            lock (_lock)
            {
                return _counters with { UnderWay = _tasks.CommandCount, Waiting = _waiting.Count };
            }
        }
    }

    /// <summary>
    /// From now on commands that cannot be ended here go to an heir. Until then they fail with the connection.
    /// </summary>
    /// <returns>False if the connection is over.</returns>
    public bool TryAdopt(ICommandHeir heir, out SessionEndedException? ended)
    {
        lock (_lock)
        {
            ended = _closed;
            _heir = ended is null ? heir : null;
            return ended is null;
        }
    }

    /// <summary>Queues a command, or hands it to the heir if none are taken any more.</summary>
    public void Submit(in CommandRequest request)
    {
        SessionEndedException? refusal;
        lock (_lock)
        {
            refusal = _closed ?? _refusal;
            if (refusal is null && request.Unit?.IsRecognizedOn(this) != false)
            {
                _waiting.Add(request with { QueuedTick = Tick });
                return;
            }
        }

        if (_heir is { } heir)
        {
            heir.Inherit(this, request, refusal);
        }
        else
        {
            request.Owner.Complete(request.Cookie, CommandResult.Failed(refusal!));
        }
    }

    public void Submit(ControlRequest request)
    {
        SessionEndedException? closed;
        lock (_lock)
        {
            closed = _closed;
            if (closed is null)
            {
                _control.Add(request);
            }
        }

        if (closed is not null)
        {
            request.Fail(closed);
        }
    }

    /// <summary>Takes out what an owner has not had sent yet, and asks the target to abort the rest.</summary>
    public void Withdraw(ICommandOwner owner, Exception cause, ICollection<CommandRequest> withdrawn)
    {
        lock (_lock)
        {
            _waiting.Withdraw(owner, withdrawn);
            foreach (TaskSlot task in _tasks.Live.Where(task => task.Request.Owner == owner))
            {
                Ladder.Abort(task, cause);
            }
        }
    }

    /// <summary>Learns the window. Every PDU of the target tells it.</summary>
    public void LearnWindow(SerialNumber expCmdSN, SerialNumber maxCmdSN)
    {
        lock (_lock)
        {
            _state.Window.Learn(expCmdSN, maxCmdSN);
        }
    }

    /// <summary>Takes the number of a PDU that uses one up.</summary>
    public void TakeStatus(SerialNumber statSN)
    {
        lock (_lock)
        {
            _state.Statuses.Take(statSN);
        }
    }

    public bool IsAcknowledged(SerialNumber cmdSN)
    {
        lock (_lock)
        {
            return _state.Window.IsAcknowledged(cmdSN);
        }
    }

    /// <summary>The task of a tag, or nothing. Only the receiving thread asks, as only there tasks end.</summary>
    public TaskSlot? Find(uint tag)
    {
        lock (_lock)
        {
            return _tasks.Find(tag);
        }
    }

    /// <summary>Whether the target aborted the task that last had this tag.</summary>
    public bool WasAborted(uint tag)
    {
        lock (_lock)
        {
            return _tasks.WasAborted(tag);
        }
    }

    /// <summary>A command has ended. Its owner is told, unless the sender still reads its memory.</summary>
    public void End(TaskSlot task, in CommandResult result)
    {
        CommandRequest request;
        lock (_lock)
        {
            if (task.IsInBatch)
            {
                task.HeldResult = result;
                return;
            }

            request = task.Request;
            _tasks.Release(task);
            _counters = _counters.Add(request, result);
        }

        request.Owner.Complete(request.Cookie, result);
        SignalIfIdle();
    }

    /// <summary>The answer to a control request has come.</summary>
    public void Answer(TaskSlot task, ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        ControlRequest control = task.Control!;
        control.Answer(header, data);
        lock (_lock)
        {
            _control.End(control);
            if (control.Continues)
            {
                _control.Add(control);
            }
            else
            {
                _tasks.Release(task);
            }
        }
    }

    /// <summary>The target refused a control request.</summary>
    public void Refuse(TaskSlot task, Exception fault)
    {
        ControlRequest control = task.Control!;
        lock (_lock)
        {
            _control.End(control);
            _tasks.Release(task);
        }

        control.Fail(fault);
    }

    /// <summary>From now on commands are refused. Waits until those are done that came before.</summary>
    public Task DrainAsync(SessionEndedException refusal)
    {
        lock (_lock)
        {
            _refusal ??= refusal;
            _whenIdle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        SignalIfIdle();
        return _whenIdle.Task;
    }

    /// <summary>
    /// The connection is over. Nobody sends or receives any more, so all memory goes back to its owners, or with the
    /// commands to the heir.
    /// </summary>
    public void Close(SessionEndedException fault)
    {
        TaskSlot[] decided;
        ControlRequest[] control;
        ICommandHeir? heir;
        lock (_lock)
        {
            _closed = fault;
            heir = _heir;
            decided = [.. _tasks.Live.Where(task => task.Control is not null || IsDecided(task))];
            control = [.. _control.TakeAll()];
        }

        foreach (TaskSlot task in decided)
        {
            Close(task, fault);
        }

        Array.ForEach(control, request => request.Fail(fault));
        IReadOnlyList<CommandRequest> lost = heir is null ? TakeUnfinished() : heir.TakeOver(this, fault);
        foreach (CommandRequest request in lost)
        {
            request.Owner.Complete(request.Cookie, CommandResult.Failed(fault));
        }

        SignalIfIdle();
    }

    /// <summary>Takes out all commands that have not ended, those first that were sent first.</summary>
    public List<CommandRequest> TakeUnfinished()
    {
        lock (_lock)
        {
            TaskSlot[] live = [.. _tasks.Live.Where(task => task.Control is null && !IsDecided(task))];

            // Numbers that wrap around have an order all the same when they are counted from the next one.
            Array.Sort(live, (a, b) => DistanceOf(b).CompareTo(DistanceOf(a)));
            List<CommandRequest> unfinished =
                [.. live.Select(task => task.Request with { Attempts = task.Request.Attempts + 1 })];
            Array.ForEach(live, _tasks.Release);
            while (_waiting.Count > 0)
            {
                unfinished.Add(_waiting.Take());
            }

            return unfinished;
        }
    }

    // What has its result, or was cancelled, does not go on elsewhere.
    private static bool IsDecided(TaskSlot task) =>
        task.HeldResult is not null || task.AbortCause is OperationCanceledException;

    private uint DistanceOf(TaskSlot task) => unchecked(_state.Window.Next.Value - task.CmdSN.Value);

    private void Close(TaskSlot task, SessionEndedException fault)
    {
        task.IsInBatch = false;
        if (task.Control is not null)
        {
            Refuse(task, fault);
        }
        else
        {
            End(task, task.HeldResult ?? CommandResult.Failed(task.AbortCause!));
        }
    }

    /// <summary>Tells who waits for the end of all commands, if this is it.</summary>
    public void SignalIfIdle()
    {
        TaskCompletionSource? whenIdle = Volatile.Read(ref _whenIdle);
        if (whenIdle is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_tasks.CommandCount + _waiting.Count == 0)
            {
                whenIdle.TrySetResult();
            }
        }
    }
}
