using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Transfer;

namespace IscsiMount.Initiator.Commands;

/// <summary>
/// Says what goes out next, and gives it its numbers: the sender's side of a <see cref="TaskSet"/>. Numbers are given
/// here and nowhere else, so they are in the order of the wire, and what is withdrawn before leaves no hole.
/// </summary>
internal sealed class SendOrder(TaskState state, TaskSet tasks, SessionParameters parameters)
{
    private readonly DataOutQueue _dataOut = new();
    private readonly List<TaskSlot> _inBatch = new(TaskTable.CommandsMax);

    /// <summary>Whether the sender would find something that it may send. It may be wrong for a moment.</summary>
    public bool HasSendable
    {
        get
        {
            lock (state.Gate)
            {
                return !state.Control.IsEmpty || !_dataOut.IsEmpty
                    || (state.Waiting.Count > 0 && state.Tasks.HasRoomForCommand && state.Window.Available is not null);
            }
        }
    }

    /// <summary>The sender's turn: a control request, if one may go out.</summary>
    public bool TryTakeControl(out ControlRequest? request, out Numbers numbers)
    {
        lock (state.Gate)
        {
            numbers = default;
            request = null;
            bool isWindowOpen = state.Window.Available is not null;
            if (!state.Tasks.HasRoomForControl || !state.Control.TryTake(isWindowOpen, out request))
            {
                return false;
            }

            bool isNumbered = !request!.IsImmediate && request.ReusedCmdSN is null;
            SerialNumber cmdSN = isNumbered ? state.Window.Take() : request.ReusedCmdSN ?? state.Window.Next;
            numbers = new Numbers(TagFor(request, cmdSN), cmdSN, state.Statuses.ExpStatSN);
            return true;
        }
    }

    /// <summary>The sender's turn: a piece of data that was asked for.</summary>
    public bool TryTakeData(out DataOutRun run, out DataPiece piece, out SerialNumber expStatSN)
    {
        lock (state.Gate)
        {
            expStatSN = state.Statuses.ExpStatSN;
            bool isTaken = _dataOut.TryTake(out run, out piece);
            if (isTaken)
            {
                KeepForBatch(run.Task);
            }

            return isTaken;
        }
    }

    /// <summary>The sender's turn: a command, if the window and the table have room for one.</summary>
    public bool TryTakeCommand(out TaskSlot? task, out FirstBurst burst, out SerialNumber expStatSN)
    {
        lock (state.Gate)
        {
            (task, burst, expStatSN) = (null, default, state.Statuses.ExpStatSN);
            if (state.Waiting.Count == 0 || !state.Tasks.HasRoomForCommand || state.Window.Available is null)
            {
                return false;
            }

            task = state.Tasks.TakeForCommand();
            CommandRequest request = state.Waiting.Take();
            task.Begin(request, state.Window.Take(), parameters.MaxBurstLength);
            if (!request.WriteFrom.IsEmpty)
            {
                burst = BeginWrite(task, request);
            }

            return true;
        }
    }

    /// <summary>
    /// The batch was sent. Tasks that ended meanwhile are completed now that nobody reads their memory.
    /// </summary>
    public void EndBatch()
    {
        for (int i = 0; i < _inBatch.Count; i++)
        {
            TaskSlot task = _inBatch[i];
            CommandResult? held;
            lock (state.Gate)
            {
                task.IsInBatch = false;
                held = task.HeldResult;
            }

            if (held is { } result)
            {
                tasks.End(task, result);
            }
        }

        _inBatch.Clear();
    }

    /// <summary>An R2T was checked: its range may be sent.</summary>
    public void Solicit(TaskSlot task, in ReadyToTransfer pdu)
    {
        var pieces = new DataPieces(
            pdu.BufferOffset, pdu.DesiredDataTransferLength, parameters.TargetMaxRecvDataSegmentLength);
        lock (state.Gate)
        {
            _dataOut.Add(new DataOutRun(task, pdu.Lun, pdu.TargetTransferTag, pieces));
        }
    }

    private FirstBurst BeginWrite(TaskSlot task, in CommandRequest request)
    {
        var burst = FirstBurst.Of(parameters, (uint)request.WriteFrom.Length);
        if (burst.UnsolicitedLength > 0)
        {
            var pieces = new DataPieces(
                (uint)burst.ImmediateLength,
                (uint)burst.UnsolicitedLength,
                parameters.TargetMaxRecvDataSegmentLength);
            _dataOut.Add(new DataOutRun(task, default, ControlRequest.NoTag, pieces));
        }

        if (burst.ImmediateLength > 0)
        {
            KeepForBatch(task);
        }

        return burst;
    }

    private void KeepForBatch(TaskSlot task)
    {
        if (!task.IsInBatch)
        {
            task.IsInBatch = true;
            _inBatch.Add(task);
        }
    }

    private uint TagFor(ControlRequest request, SerialNumber cmdSN)
    {
        if (!request.WantsAnswer)
        {
            return ControlRequest.NoTag;
        }

        if (request.Task is null)
        {
            request.Task = state.Tasks.TakeForControl();
            request.Task.BeginControl(request, cmdSN);
        }

        return request.Task.Tag;
    }
}
