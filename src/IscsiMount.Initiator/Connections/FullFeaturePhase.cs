using IscsiMount.Initiator.Commands;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Initiator.Connections;

/// <summary>The part of a connection's life in which it works: what comes in is sorted here, and ends tasks.</summary>
/// <remarks>
/// Everything that is against the rules ends the connection, by an exception on the receiving thread. There is nothing
/// to be gained from a target that lost count, and data to be lost (RFC 7143 §7.7, ErrorRecoveryLevel 0).
/// </remarks>
internal sealed class FullFeaturePhase(
    TaskSet tasks,
    SendOrder order,
    SessionParameters parameters,
    PduFraming framing,
    IConnectionEvents connection) : IConnectionPhase
{
    private readonly FullFeatureSource _source = new(order, framing);
    private TextTask? _negotiation;

    public void Fill(PduBatch batch) => _source.Fill(batch);

    void IPduSource.EndBatch() => order.EndBatch();

    public void Fail(Exception fault) => connection.Fail(fault);

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length)
    {
        if ((header[0] & 0x3F) != DataIn.Opcode)
        {
            return default;
        }

        var pdu = DataIn.Read(header);
        TaskSlot? task = tasks.Find(pdu.InitiatorTaskTag);

        // What does not fit exactly gets no place. The check of the whole PDU then says what is wrong with it.
        bool fits = task is not null
            && pdu.BufferOffset == task.Read.Received
            && length <= task.Request.ReadInto.Length - (int)task.Read.Received;
        return fits ? task!.Request.ReadInto.Slice((int)pdu.BufferOffset, length) : default;
    }

    public void Handle(in ReceivedPdu pdu)
    {
        if (!pdu.IsDataIntact)
        {
            throw new SessionEndedException(
                SessionEndReason.DigestMismatch, "The data of a PDU does not match its digest.");
        }

        switch (pdu.Opcode)
        {
            case DataIn.Opcode:
                HandleDataIn(DataIn.Read(pdu.Header));
                break;
            case ScsiResponse.Opcode:
                HandleResponse(ScsiResponse.Read(pdu.Header), pdu.Data);
                break;
            case ReadyToTransfer.Opcode:
                HandleR2T(ReadyToTransfer.Read(pdu.Header));
                break;
            case NopIn.Opcode:
                HandleNopIn(NopIn.Read(pdu.Header), pdu);
                break;
            case TaskManagementResponse.Opcode:
            case TextResponse.Opcode:
                HandleAnswer(pdu);
                break;
            case LogoutResponse.Opcode:
                HandleAnswer(pdu);
                connection.LoggedOut();
                break;
            case Reject.Opcode:
                HandleReject(Reject.Read(pdu.Header), pdu.Data);
                break;
            case AsynchronousMessage.Opcode:
                HandleEvent(AsynchronousMessage.Read(pdu.Header), pdu.Data);
                break;
            default:
                throw new ProtocolViolationException(
                    "RFC 7143 §11.2.1.2", $"the opcode {pdu.Opcode:X2}h does not belong to a target");
        }

        // Any PDU may have opened the window.
        if (order.HasSendable)
        {
            connection.RequestSend(0);
        }
    }

    void IPduHandler.EndBatch()
    {
        // The connection uncorks its sender.
    }

    private void HandleDataIn(in DataIn pdu)
    {
        tasks.LearnWindow(pdu.ExpCmdSN, pdu.MaxCmdSN);
        TaskSlot? task = Command(pdu.InitiatorTaskTag);
        task?.Read.Accept(pdu);
        if (pdu.HasStatus)
        {
            tasks.TakeStatus(pdu.StatSN);
        }

        if (task is not null && pdu.HasStatus)
        {
            tasks.End(task, new CommandResult
            {
                Status = (ScsiStatus)pdu.Status,
                TransferredLength = (int)task.Read.Conclude(pdu),
            });
        }
    }

    private void HandleResponse(in ScsiResponse pdu, ReadOnlySpan<byte> data)
    {
        tasks.LearnWindow(pdu.ExpCmdSN, pdu.MaxCmdSN);
        tasks.TakeStatus(pdu.StatSN);
        if (Command(pdu.InitiatorTaskTag) is { } task)
        {
            tasks.End(task, ResultOf(task, pdu, data));
        }
    }

    private static CommandResult ResultOf(TaskSlot task, in ScsiResponse pdu, ReadOnlySpan<byte> data)
    {
        if (pdu.Response != ServiceResponse.CompletedAtTarget)
        {
            return CommandResult.Failed(new TargetFailureException((byte)pdu.Response));
        }

        ReadOnlySpan<byte> sense = SenseSegment.Read(data).Sense;
        Rule.Holds(
            pdu.Status != (byte)ScsiStatus.CheckCondition || !sense.IsEmpty,
            "RFC 7143 §11.4.7", "a CHECK CONDITION comes without sense data");
        return new CommandResult
        {
            Status = (ScsiStatus)pdu.Status,
            Sense = ReadSense(sense),
            TransferredLength = task.Request.WriteFrom.IsEmpty
                ? (int)task.Read.Conclude(pdu)
                : WrittenLength(pdu, task.Request.WriteFrom.Length),
        };
    }

    private static int WrittenLength(in ScsiResponse pdu, int length) =>
        (pdu.Residuals & Residuals.Underflow) == 0 ? length : length - (int)Math.Min(pdu.ResidualCount, (uint)length);

    // What is no sense data leaves the status unexplained. The numbers of the connection are right all the same.
    private static SenseData? ReadSense(ReadOnlySpan<byte> sense)
    {
        try
        {
            return sense.IsEmpty ? null : SenseData.Read(sense);
        }
        catch (ProtocolViolationException)
        {
            return null;
        }
    }

    private void HandleR2T(in ReadyToTransfer pdu)
    {
        tasks.LearnWindow(pdu.ExpCmdSN, pdu.MaxCmdSN);
        if (Command(pdu.InitiatorTaskTag) is not { } task)
        {
            return;
        }

        Rule.Holds(pdu.Lun == task.Request.Lun, "RFC 7143 §4.2.5.3", "an R2T names another LUN than its command");
        task.Write.Accept(pdu, parameters);
        order.Solicit(task, pdu);
        connection.RequestSend((int)pdu.DesiredDataTransferLength);
    }

    private void HandleNopIn(in NopIn nop, in ReceivedPdu pdu)
    {
        tasks.LearnWindow(nop.ExpCmdSN, nop.MaxCmdSN);
        Rule.Holds(
            nop.InitiatorTaskTag == ControlRequest.NoTag || nop.TargetTransferTag == ControlRequest.NoTag,
            "RFC 7143 §11.19", "a NOP-In both answers and asks");
        if (nop.InitiatorTaskTag != ControlRequest.NoTag)
        {
            tasks.TakeStatus(nop.StatSN);
            tasks.Answer(Control(nop.InitiatorTaskTag), pdu.Header, pdu.Data);
        }
        else if (nop.TargetTransferTag != ControlRequest.NoTag)
        {
            tasks.Submit(new PingReply(nop.Lun, nop.TargetTransferTag));
        }
    }

    // The headers of all answers have their numbers in the same places (RFC 7143 §11.2).
    private void HandleAnswer(in ReceivedPdu pdu)
    {
        tasks.LearnWindow(SerialNumber.Read(pdu.Header[28..]), SerialNumber.Read(pdu.Header[32..]));
        tasks.TakeStatus(SerialNumber.Read(pdu.Header[24..]));
        var header = BasicHeader.Read(pdu.Header);
        tasks.Answer(Control(header.InitiatorTaskTag), pdu.Header, pdu.Data);
    }

    private void HandleReject(in Reject pdu, ReadOnlySpan<byte> data)
    {
        tasks.LearnWindow(pdu.ExpCmdSN, pdu.MaxCmdSN);
        tasks.TakeStatus(pdu.StatSN);
        Rule.Holds(data.Length >= BasicHeader.Length, "RFC 7143 §11.17", "a Reject does not show what it rejects");
        Rule.Holds(
            pdu.Reason != RejectReason.NegotiationReset, "RFC 7143 §11.17.1", "the target resets a negotiation");
        var rejected = BasicHeader.Read(data[..BasicHeader.Length]);
        connection.Rejected(pdu.Reason, rejected.Opcode);

        // A rejected Data-Out does not end its command: the target still owes a response (RFC 7143 §7.3).
        TaskSlot? task = rejected.Opcode == DataOut.Opcode ? null : tasks.Find(rejected.InitiatorTaskTag);
        if (task is { HeldResult: null })
        {
            EndRejected(task, pdu.Reason, rejected.IsImmediate);
        }
    }

    private void EndRejected(TaskSlot task, RejectReason reason, bool isImmediate)
    {
        SerialNumber cmdSN = task.CmdSN;
        if (task.Control is not null)
        {
            tasks.Refuse(task, new CommandRejectedException(reason));
        }
        else
        {
            tasks.End(task, CommandResult.Failed(new CommandRejectedException(reason)));
        }

        if (!isImmediate && !tasks.IsAcknowledged(cmdSN))
        {
            tasks.Submit(new GapFiller(cmdSN));
        }
    }

    private void HandleEvent(in AsynchronousMessage pdu, ReadOnlySpan<byte> data)
    {
        tasks.LearnWindow(pdu.ExpCmdSN, pdu.MaxCmdSN);
        tasks.TakeStatus(pdu.StatSN);
        switch (pdu.Event)
        {
            case AsyncEvent.LogoutRequest:
                connection.LogoutRequested(TimeSpan.FromSeconds(pdu.Parameter3));
                break;
            case AsyncEvent.ConnectionDrop:
            case AsyncEvent.SessionDrop:
                throw new SessionEndedException(
                    SessionEndReason.DroppedByTarget, $"The target drops the session ({pdu.Event}).")
                {
                    Time2Wait = TimeSpan.FromSeconds(pdu.Parameter2),
                };
            case AsyncEvent.Negotiate when _negotiation is null or { AnswerTask.IsCompleted: true }:
                _negotiation = TextTask.Empty(parameters);
                tasks.Submit(_negotiation);
                break;
            case AsyncEvent.ScsiEvent:
                connection.EventReceived(pdu.Event, pdu.Lun, ReadSense(SenseSegment.Read(data).Sense));
                break;
            default:
                connection.EventReceived(pdu.Event, pdu.Lun, sense: null);
                break;
        }
    }

    // Nothing for a task that the target aborted: what it had sent before may still come, and is dropped.
    private TaskSlot? Command(uint tag)
    {
        TaskSlot? task = tasks.Find(tag);
        if (task is { Control: null, HeldResult: null })
        {
            return task;
        }

        Rule.Holds(
            tasks.WasAborted(tag), "RFC 7143 §11.2.1.8", $"no command under way has the task tag {tag:X8}h");
        return null;
    }

    private TaskSlot Control(uint tag)
    {
        TaskSlot? task = tasks.Find(tag);
        Rule.Holds(
            task is { Control: not null }, "RFC 7143 §11.2.1.8", $"no request under way has the task tag {tag:X8}h");
        return task!;
    }
}
