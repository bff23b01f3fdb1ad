using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// The SCSI commands of one session: takes them in, asks for their data, lets the devices work when it is their turn,
/// and gives the answers.
/// </summary>
/// <remarks>
/// Commands come in on the receiving threads of the connections. They end on whatever thread the device ends them on.
/// One that ends may set others free, also of other sessions, and the same thread then starts those. No device is
/// called, and nothing is sent, while the lock is held.
/// </remarks>
internal sealed class TaskRunner
{
    private readonly TaskRunnerOptions _options;
    private readonly TaskTable _table;
    private uint _lastTag;
    private bool _isClosing;

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

    /// <summary>
    /// The header of a command has come. When its data segment has come as well, it is to be delivered.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="allegiance">The connection that it came over.</param>
    /// <param name="objection">Why it is to be rejected.</param>
    /// <returns>The task, or nothing if the command is to be ignored or rejected.</returns>
    public ScsiTask? Admit(in ScsiCommand command, Allegiance allegiance, out RejectReason? objection)
    {
        ScsiTask task;
        lock (Lock)
        {
            bool isRetry = _table.Find(command.InitiatorTaskTag) is { } live && live.Command.CmdSN == command.CmdSN;
            bool isInWindow = command.IsImmediate || _options.Sequencer.Admits(command.CmdSN);
            objection = isRetry || !isInWindow ? null : _table.Objection(command);
            if (isRetry || !isInWindow || _isClosing || objection is not null)
            {
                return null;
            }

            NexusUnit? unit = _options.Nexus.Find(command.Lun);
            task = _table.Add(command, allegiance, unit, _options.Nexus.Plan(unit, command.Cdb), _options.Terms);
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

    /// <summary>It is the turn of a command that has come. The lock is held; what can be done is done later.</summary>
    public static void Enter(ScsiTask task)
    {
        task.Phase = TaskPhase.Waiting;
        if (!task.IsAborted)
        {
            Nexus.Prepare(task);
            TaskPlaces.Enter(task);
        }
    }

    /// <summary>Where the data of a Data-Out PDU belongs; nothing if it is to be dropped.</summary>
    public Memory<byte> FindPlace(in DataOut pdu, Allegiance allegiance)
    {
        lock (Lock)
        {
            if (_table.Find(pdu.InitiatorTaskTag) is not { IsAborted: false } task
                || !ReferenceEquals(task.Allegiance, allegiance)
                || !task.Data.Fits(pdu.TargetTransferTag, pdu.DataSN.Value, pdu.BufferOffset, pdu.DataSegmentLength))
            {
                return default;
            }

            Memory<byte> place = task.PlaceAt((int)pdu.BufferOffset, pdu.DataSegmentLength);
            task.IsReceiving = !place.IsEmpty;
            return place;
        }
    }

    /// <summary>
    /// A Data-Out PDU has come completely. One that belongs to no task is of no effect: late data of an aborted task
    /// looks like that.
    /// </summary>
    public void TakeData(in DataOut pdu, Allegiance allegiance, bool isIntact)
    {
        ScsiTask? task;
        lock (Lock)
        {
            task = _table.Find(pdu.InitiatorTaskTag);
            if (task is null || !ReferenceEquals(task.Allegiance, allegiance))
            {
                return;
            }

            task.IsReceiving = false;
            if (task.Data.Owns(pdu.TargetTransferTag))
            {
                Accept(task, pdu, isIntact);
            }
        }

        Drive(task);
    }

    /// <summary>The device is done with a task.</summary>
    public void Resume(ScsiTask task)
    {
        Conclude(task, DeviceWork.Conclude(task));
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

    /// <summary>The session is being closed: commands that still come are of no interest.</summary>
    public void Close()
    {
        lock (Lock)
        {
            _isClosing = true;
        }
    }

    /// <summary>Forgets the commands of a connection that still wait for others. Call it under the lock.</summary>
    public void DropHeld(Allegiance allegiance) =>
        _options.Sequencer.Drop(command => ReferenceEquals(command.Allegiance, allegiance));

    private static void Accept(ScsiTask task, in DataOut pdu, bool isIntact)
    {
        Rule.Holds(
            pdu.TargetTransferTag == DataOutAssembly.UnsolicitedTag || pdu.Lun == task.Command.Lun,
            "RFC 7143 §4.2.5.3", "a Data-Out names another unit than its command");
        (uint tag, uint dataSN, int length) = (pdu.TargetTransferTag, pdu.DataSN.Value, pdu.DataSegmentLength);
        if (isIntact)
        {
            task.Data.Accept(tag, dataSN, pdu.BufferOffset, length, pdu.IsFinal);
        }
        else
        {
            task.Data.AcceptDamaged(tag, dataSN, pdu.BufferOffset, length, pdu.IsFinal);
        }
    }

    private void Step(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        AskForData(task);
        switch (Decide(task))
        {
            case TaskPhase.Running:
                if (DeviceWork.TryRun(task, task.Allegiance.Ending, out Exception? fault))
                {
                    Conclude(task, fault);
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
            bool isAlone = task.Place != TaskPlace.Behind && !task.IsReceiving;
            if (task.Phase != TaskPhase.Waiting || !task.Data.IsComplete || !isAlone)
            {
                return null;
            }

            if (task.Data.Fault != DataOutFault.None)
            {
                task.Refuse(Refusals.Of(task.Data.Fault));
            }

            if (task.IsAborted || !task.Plan.NeedsDevice)
            {
                return task.Phase = TaskPhase.Ended;
            }

            task.Allegiance.BeginWork();
            return task.Phase = TaskPhase.Running;
        }
    }

    private void AskForData(ScsiTask task)
    {
        int count = 0;
        IAnswerSink sink = task.Allegiance.Sink;
        while (TryAsk(task))
        {
            count++;
        }

        if (count > 0)
        {
            sink.Request(count * BasicHeader.Length);
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
            task.Allegiance.Sink.Add(DataAnswers.Ask(task.Command, request));
            return true;
        }
    }

    private void Conclude(ScsiTask task, Exception? fault)
    {
        if (fault is null)
        {
            return;
        }

        lock (Lock)
        {
            if (fault is OperationCanceledException && task.Allegiance.IsEnding)
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
        IAnswerSink sink;
        bool isSilent;
        int length = BasicHeader.Length;
        lock (Lock)
        {
            bool wasRunning = task.Phase == TaskPhase.Running;
            Allegiance allegiance = task.Allegiance;
            sink = allegiance.Sink;
            task.Phase = TaskPhase.Ended;
            TaskPlaces.Leave(task, ref freed);
            _table.Remove(task);
            watchers = task.Watchers.Count == 0 ? [] : [.. task.Watchers];
            isSilent = task.IsAborted;
            if (!isSilent)
            {
                PrepareReply(task);
                length += task.Reply.DataLength;

                // ORDER: in the same breath, so that no answer to an abort of this task can come before its answer.
                // From here on the task belongs to whoever sends.
                sink.Add(task.Reply);
            }

            if (wasRunning)
            {
                allegiance.EndWork();
            }
        }

        if (isSilent)
        {
            EndSilently(task, sink, watchers.Length == 0);
        }

        sink.Request(length);
        foreach (TaskManagementWait watcher in watchers)
        {
            watcher.Release();
        }
    }

    private void EndSilently(ScsiTask task, IAnswerSink sink, bool isUnseen)
    {
        if (!task.Command.IsImmediate)
        {
            LeaveWindow();
        }

        Recycle(task);
        if (isUnseen)
        {
            // Nothing else tells the initiator that its window is open again (RFC 7143 §4.2.2.1).
            sink.Add(ControlAnswers.ShowWindow());
        }
    }

    private static void PrepareReply(ScsiTask task)
    {
        if (task.Plan.Refusal is { } refusal)
        {
            task.Reply.Fail(task.Command, refusal, task.Unit?.Unit.SenseFormat ?? SenseFormat.Fixed);
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
                TaskPlaces.Leave(task, ref freed);
            }
        }
    }
}
