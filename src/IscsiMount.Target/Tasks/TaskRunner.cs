using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// The SCSI commands of one session: takes them in, asks for their data, lets the devices work when it is their turn,
/// and gives the answers.
/// </summary>
/// <remarks>
/// Commands come in on the receiving thread. They end on whatever thread the device ends them on. One that ends may set
/// others free, also of other sessions, and the same thread then starts those. No device is called, and nothing is
/// sent, while the lock is held.
/// </remarks>
internal sealed class TaskRunner : IDisposable
{
    private readonly TaskRunnerOptions _options;
    private readonly TaskTable _table;
    private readonly CancellationTokenSource _ending = new();
    private readonly ManualResetEventSlim _isQuiet = new(initialState: false);
    private int _runningCount;
    private uint _lastTag;
    private bool _isEnding;

    public TaskRunner(TaskRunnerOptions options)
    {
        _options = options;
        _table = new TaskTable(this);
    }

    /// <summary>
    /// Guards the state of all tasks of the session, and the order of its commands. The lock of a unit may be taken
    /// inside of it, and nothing else.
    /// </summary>
    public Lock Lock { get; } = new();

    /// <summary>The tasks that were not answered yet. Use it under the lock.</summary>
    public TaskTable Table => _table;

    public int Count
    {
        get
        {
            lock (Lock)
            {
                return _table.Count;
            }
        }
    }

    /// <summary>The header of a command has come. When its data segment has come as well, it is to be delivered.</summary>
    /// <returns>The task, or nothing if the command is to be ignored or rejected.</returns>
    public ScsiTask? Admit(in ScsiCommand command, out RejectReason? objection)
    {
        ScsiTask task;
        lock (Lock)
        {
            bool isRetry = _table.Find(command.InitiatorTaskTag) is { } live && live.Command.CmdSN == command.CmdSN;
            bool isInWindow = command.IsImmediate || _options.Sequencer.Admits(command.CmdSN);
            objection = isRetry || !isInWindow ? null : _table.Objection(command);
            if (isRetry || !isInWindow || _isEnding || objection is not null)
            {
                return null;
            }

            NexusUnit? unit = _options.Nexus.Find(command.Lun);
            task = _table.Add(command, unit, _options.Nexus.Plan(unit, command.Cdb), _options.Terms);
        }

        task.ProvideBuffer(_options.Budget);
        return task;
    }

    /// <summary>The command counts as not received, because it was rejected or ignored.</summary>
    public void Forget(ScsiTask task)
    {
        lock (Lock)
        {
            _table.Remove(task);
        }

        Recycle(task);
    }

    /// <summary>It is the turn of a command that has come.</summary>
    public void Deliver(ScsiTask task)
    {
        lock (Lock)
        {
            task.Phase = TaskPhase.Waiting;
            if (!task.IsAborted)
            {
                Nexus.Prepare(task);
                EnterSet(task);
            }
        }

        Drive(task);
    }

    /// <summary>The task to which a Data-Out PDU belongs, if there is one.</summary>
    /// <returns>The task, and whether the bytes are wanted.</returns>
    public (ScsiTask Task, bool IsWanted)? Accept(in DataOut pdu)
    {
        lock (Lock)
        {
            if (_table.Find(pdu.InitiatorTaskTag) is not { } task || !task.Data.Owns(pdu.TargetTransferTag))
            {
                return null;
            }

            Rule.Holds(
                pdu.TargetTransferTag == DataOutAssembly.UnsolicitedTag || pdu.Lun == task.Command.Lun,
                "RFC 7143 §4.2.5.3", "a Data-Out names another unit than its command");
            bool fits = task.Data.Accept(
                pdu.TargetTransferTag, pdu.DataSN.Value, pdu.BufferOffset, pdu.DataSegmentLength, pdu.IsFinal);
            return (task, fits && !task.IsAborted);
        }
    }

    /// <summary>A Data-Out PDU has come completely.</summary>
    public void TakeData(ScsiTask task, bool isIntact)
    {
        if (!isIntact)
        {
            lock (Lock)
            {
                task.Data.FailDigest();
            }
        }

        Drive(task);
    }

    /// <summary>The device is done with a task.</summary>
    public void Resume(ScsiTask task)
    {
        try
        {
            task.CheckWork();
        }
#pragma warning disable CA1031 // Boundary: whatever a device throws ends its command, and no other.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Fail(task, fault);
        }

        Queue<ScsiTask>? freed = null;
        End(task, ref freed);
        DriveFreed(freed);
    }

    /// <summary>The answer of a task has been sent, or nobody wants it.</summary>
    public void Recycle(ScsiTask task)
    {
        task.ReturnBuffer(_options.Budget);
        lock (Lock)
        {
            _table.Recycle(task);
        }
    }

    /// <summary>A command that is answered now leaves its place in the window.</summary>
    public void LeaveWindow() => _options.Sequencer.Release();

    /// <summary>Marks a task: its initiator hears nothing of it any more. Call it under the lock.</summary>
    /// <param name="task">A task of this session, which is then to be driven without the lock.</param>
    /// <param name="mayDropData">
    /// Whether the data that is still owed is given up. Only the receiving thread of the session may say so.
    /// </param>
    /// <param name="wait">Whoever wants to know when the task is gone.</param>
    /// <param name="freed">Takes the tasks that this sets free.</param>
    public static void Abort(ScsiTask task, bool mayDropData, TaskManagementWait? wait, ref Queue<ScsiTask>? freed)
    {
        task.IsAborted = true;
        if (task.Phase == TaskPhase.Held)
        {
            return;
        }

        if (task.Phase == TaskPhase.Waiting)
        {
            task.Data.Refuse();
            if (mayDropData)
            {
                task.Data.Abandon();
            }

            LeaveSet(task, ref freed);
        }

        if (wait is not null)
        {
            wait.Add();
            task.Watchers.Add(wait);
        }
    }

    /// <summary>
    /// Ends all tasks without an answer, and returns when no device touches their memory any more. Only the receiving
    /// thread calls it, when it receives no more.
    /// </summary>
    public void EndAll()
    {
        ScsiTask[] tasks;
        Queue<ScsiTask>? freed = null;
        lock (Lock)
        {
            _isEnding = true;
            tasks = [.. _table.All];
            foreach (ScsiTask task in tasks)
            {
                // What is held will not be delivered any more.
                task.Phase = task.Phase == TaskPhase.Held ? TaskPhase.Waiting : task.Phase;
                Abort(task, mayDropData: true, wait: null, ref freed);
            }

            SetQuiet();
        }

        _ending.Cancel();
        foreach (ScsiTask task in tasks)
        {
            Drive(task);
        }

        DriveFreed(freed);
        _isQuiet.Wait();
    }

    /// <summary>Does for a task what can be done now. It does no harm if there is nothing to do.</summary>
    public void Drive(ScsiTask task)
    {
        Queue<ScsiTask>? freed = null;
        Step(task, ref freed);
        DriveFreed(freed);
    }

    /// <summary>Starts the tasks that others have set free, of whatever session they are.</summary>
    public static void DriveFreed(Queue<ScsiTask>? freed)
    {
        while (freed is not null && freed.TryDequeue(out ScsiTask? next))
        {
            next.Runner.Enable(next, ref freed);
            next.Runner.Step(next, ref freed);
        }
    }

    public void Dispose()
    {
        _ending.Dispose();
        _isQuiet.Dispose();
    }

    private void Step(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        AskForData(task);
        switch (Decide(task))
        {
            case TaskPhase.Running:
                if (TryRun(task))
                {
                    End(task, ref freed);
                }

                return;
            case TaskPhase.Ended:
                End(task, ref freed);
                return;
            default:
                return;
        }
    }

    // The phase that the task enters now, if it enters one. Whoever is told so is the only one.
    private TaskPhase? Decide(ScsiTask task)
    {
        lock (Lock)
        {
            // A place that is just being handed out to an aborted task is waited for: it has to be given back.
            if (task.Phase != TaskPhase.Waiting || !task.Data.IsComplete || task.Place == TaskPlace.Behind)
            {
                return null;
            }

            if (task.Data.Fault != DataOutFault.None)
            {
                task.Refuse(Refusals.Of(task.Data.Fault));
            }

            bool runs = !task.IsAborted && task.Plan.NeedsDevice;
            _runningCount += runs ? 1 : 0;
            task.Phase = runs ? TaskPhase.Running : TaskPhase.Ended;
            return task.Phase;
        }
    }

    private void AskForData(ScsiTask task)
    {
        int count = 0;
        while (TryAsk(task))
        {
            count++;
        }

        if (count > 0)
        {
            _options.Sink.Request(count * BasicHeader.Length);
        }
    }

    private bool TryAsk(ScsiTask task)
    {
        lock (Lock)
        {
            if (task.Phase != TaskPhase.Waiting || task.IsAborted || task.Data.NextRequest(_lastTag) is not { } request)
            {
                return false;
            }

            _lastTag = _lastTag == DataOutAssembly.UnsolicitedTag - 1 ? 0 : _lastTag + 1;
            _options.Sink.Add(DataAnswers.Ask(task.Command, request));
            return true;
        }
    }

    // False if the device needs time: then it calls back.
    private bool TryRun(ScsiTask task)
    {
        try
        {
            ValueTask work = DeviceWork.StartAsync(task, _ending.Token);
            if (!work.IsCompleted)
            {
                task.Await(work);
                return false;
            }

            work.GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Boundary: whatever a device throws ends its command, and no other.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Fail(task, fault);
        }

        return true;
    }

    private void Fail(ScsiTask task, Exception fault)
    {
        lock (Lock)
        {
            if (fault is OperationCanceledException && _isEnding)
            {
                return;
            }

            task.Refuse(Refusals.Of(fault, task.Plan));
        }

        _options.Log.DeviceFailed(fault, task.Command.Lun, task.Command.Cdb);
    }

    private void End(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        TaskManagementWait[] watchers;
        bool isSilent;
        int length = BasicHeader.Length;
        lock (Lock)
        {
            _runningCount -= task.Phase == TaskPhase.Running ? 1 : 0;
            task.Phase = TaskPhase.Ended;
            LeaveSet(task, ref freed);
            _table.Remove(task);
            watchers = task.Watchers.Count == 0 ? [] : [.. task.Watchers];
            isSilent = task.IsAborted;
            if (!isSilent)
            {
                PrepareReply(task);
                length += task.Reply.DataLength;

                // ORDER: in the same breath, so that no answer to an abort of this task can come before its answer.
                // From here on the task belongs to whoever sends.
                _options.Sink.Add(task.Reply);
            }

            SetQuiet();
        }

        if (isSilent)
        {
            EndSilently(task, watchers.Length == 0);
        }

        _options.Sink.Request(length);
        foreach (TaskManagementWait watcher in watchers)
        {
            watcher.Release();
        }
    }

    private void EndSilently(ScsiTask task, bool isUnseen)
    {
        if (!task.Command.IsImmediate)
        {
            LeaveWindow();
        }

        Recycle(task);
        if (isUnseen)
        {
            // Nothing else tells the initiator that its window is open again (RFC 7143 §4.2.2.1).
            _options.Sink.Add(ControlAnswers.ShowWindow());
        }
    }

    private static void PrepareReply(ScsiTask task)
    {
        if (task.Plan.Refusal is { } refusal)
        {
            task.Reply.Fail(task.Command, refusal.Status, refusal.Sense);
            return;
        }

        ReadOnlyMemory<byte> data = task.Plan.Kind == PlanKind.Read ? task.Buffer : task.Plan.Answer;
        task.Reply.Succeed(task.Command, task.Plan.DataLength, data);
    }

    private void Enable(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        lock (Lock)
        {
            Invariant.Holds(task.Place == TaskPlace.Behind);
            task.Place = TaskPlace.Enabled;
            if (task.IsAborted)
            {
                LeaveSet(task, ref freed);
            }
        }
    }

    private static void EnterSet(ScsiTask task)
    {
        if (task.Plan.NeedsDevice && task.Unit is { } user)
        {
            TaskOrder order = TaskOrders.Of(task.Command.Attribute);
            lock (user.Unit.Lock)
            {
                task.Place = user.Unit.Tasks.Enter(task, order) ? TaskPlace.Enabled : TaskPlace.Behind;
            }
        }
    }

    private static void LeaveSet(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        if (task.Place == TaskPlace.Outside || task.Unit is not { } user)
        {
            return;
        }

        lock (user.Unit.Lock)
        {
            // What cannot be withdrawn has its place already, and is about to hear of it.
            bool hasLeft = task.Place == TaskPlace.Enabled
                ? user.Unit.Tasks.Leave(TaskOrders.Of(task.Command.Attribute), ref freed)
                : user.Unit.Tasks.Withdraw(task, ref freed);
            task.Place = hasLeft ? TaskPlace.Outside : task.Place;
        }
    }

    private void SetQuiet()
    {
        if (_isEnding && _runningCount == 0)
        {
            _isQuiet.Set();
        }
    }
}
