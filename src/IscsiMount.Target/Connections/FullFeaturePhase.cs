using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Connections;

/// <summary>A connection that is part of a session: takes each PDU to where it belongs (RFC 7143 §11).</summary>
internal sealed class FullFeaturePhase : IPhase
{
    private const uint NoTag = uint.MaxValue;
    private const int ExpStatSNOffset = 28;

    private readonly Connection _connection;
    private readonly ConnectionContext _context;
    private readonly SessionConnection _own;
    private readonly CommandOrder _order;
    private readonly ControlRequests _control;
    private readonly TaskRunner? _tasks;
    private readonly TaskManagement? _taskManagement;
    private readonly bool _recovers;
    private uint _lastPing;

    // Of a command whose data segment is being received: the task, or why there is none.
    private ScsiTask? _admitted;
    private RejectReason? _objection;

    public FullFeaturePhase(
        Connection connection, Session session, SessionConnection own, ConnectionContext context)
    {
        _connection = connection;
        _context = context;
        _own = own;
        _order = session.Order;
        _tasks = session.Tasks;
        _control = new ControlRequests(connection, session, own, context);
        Session = session;
        _recovers = session.Proposal.Parameters.ErrorRecoveryLevel > 0;
        if (session is { Nexus: { } nexus, Tasks: { } tasks })
        {
            _taskManagement = new TaskManagement(tasks, nexus, session.Order, own.Allegiance);
        }
    }

    public Session Session { get; }

    /// <summary>Asks the initiator for a sign of life. Any thread may call it.</summary>
    public void Ping() => Send(ControlAnswers.Ping(Interlocked.Increment(ref _lastPing) & 0x7FFF_FFFF));

    /// <summary>Asks the initiator to log out. Any thread may call it.</summary>
    public void AskForLogout(TimeSpan grace) =>
        Send(ControlAnswers.LogoutWanted((ushort)Math.Clamp(grace.TotalSeconds, 1, ushort.MaxValue)));

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length)
    {
        if (_tasks is null)
        {
            return default;
        }

        switch (header[0] & 0x3F)
        {
            case ScsiCommand.Opcode:
                _admitted = _tasks.Admit(ScsiCommand.Read(header), _own.Allegiance, out _objection);
                return _admitted?.PlaceAt(0, length) ?? default;
            case DataOut.Opcode:
                return _tasks.FindPlace(DataOut.Read(header), _own.Allegiance);
            default:
                return default;
        }
    }

    public void Handle(in ReceivedPdu pdu)
    {
        if (_recovers)
        {
            // It stands at the same place in every PDU of an initiator.
            _connection.Acknowledge(SerialNumber.Read(pdu.Header[ExpStatSNOffset..]));
        }

        // What is not intact has not come, whatever it was. Of Data-Out the task hears as well.
        if (!pdu.IsDataIntact)
        {
            Refuse(RejectReason.DataDigestError, pdu);
        }

        switch (pdu.Opcode)
        {
            case ScsiCommand.Opcode when _tasks is not null:
                TakeCommand(_tasks, pdu);
                return;
            case DataOut.Opcode when _tasks is not null:
                _tasks.TakeData(DataOut.Read(pdu.Header), _own.Allegiance, pdu.IsDataIntact);
                return;
            default:
                if (pdu.IsDataIntact)
                {
                    TakeControl(pdu);
                }

                return;
        }
    }

    public void End()
    {
        if (_tasks is not null)
        {
            foreach (NexusUnit unit in new TaskAborts(_tasks).EndAll(_own.Allegiance))
            {
                unit.Tell(LoginPhase.CommandsCleared);
            }
        }

        if (_context.Sessions.Leave(Session, _own))
        {
            Session.End();
        }

        _own.SetLeft();
        _own.Dispose();
    }

    private void TakeCommand(TaskRunner tasks, in ReceivedPdu pdu)
    {
        ScsiCommand command = ScsiCommand.Read(pdu.Header);
        if (command.DataSegmentLength == 0)
        {
            _admitted = tasks.Admit(command, _own.Allegiance, out _objection);
        }

        if (!pdu.Ahs.IsEmpty)
        {
            // Longer command blocks and two-way commands are refused by their operation code; their form is checked.
            AdditionalHeaders.Read(pdu.Ahs);
        }

        if (_objection is { } reason)
        {
            Refuse(reason, pdu);
        }
        else if (_admitted is { } task && pdu.IsDataIntact)
        {
            _order.Submit(command.CmdSN, command.IsImmediate, task);
        }
        else if (_admitted is { } damaged)
        {
            tasks.Forget(damaged);
        }

        _admitted = null;
    }

    private void TakeControl(in ReceivedPdu pdu)
    {
        switch (pdu.Opcode)
        {
            case NopOut.Opcode when _tasks is not null:
                NopOut ping = NopOut.Read(pdu.Header);
                if (ping.InitiatorTaskTag != NoTag)
                {
                    _order.Submit(ping.CmdSN, ping.IsImmediate, _control.Ping(ping, pdu.Data));
                }

                return;
            case TaskManagementRequest.Opcode when _taskManagement is not null:
                TaskManagementRequest request = TaskManagementRequest.Read(pdu.Header);
                _order.Submit(
                    request.CmdSN,
                    request.IsImmediate,
                    new ControlCommand(_own.Allegiance, () => _taskManagement.Execute(request)));
                return;
            case TextRequest.Opcode:
                TextRequest text = TextRequest.Read(pdu.Header);
                _order.Submit(text.CmdSN, text.IsImmediate, _control.Text(text, pdu.Data));
                return;
            case LogoutRequest.Opcode:
                LogoutRequest logout = LogoutRequest.Read(pdu.Header);
                _order.Submit(logout.CmdSN, logout.IsImmediate, _control.Logout(logout));
                return;
            case SnackRequest.Opcode:
                TakeSnack(SnackRequest.Read(pdu.Header), pdu);
                return;
            case LoginRequest.Opcode:
                throw new ProtocolViolationException("RFC 7143 §4.2.4", "a second login came on one connection");
            default:
                Refuse(RejectReason.CommandNotSupported, pdu);
                return;
        }
    }

    private void TakeSnack(in SnackRequest snack, in ReceivedPdu pdu)
    {
        if (!_recovers)
        {
            // Nothing is kept that could be sent again (RFC 7143 §7.1.4).
            Refuse(RejectReason.SnackReject, pdu);
        }
        else if (snack.Kind == SnackKind.DataAck)
        {
            // We never ask for an acknowledgement.
            Refuse(RejectReason.InvalidDataAck, pdu);
        }
        else if (!Enum.IsDefined(snack.Kind))
        {
            Refuse(RejectReason.ProtocolError, pdu);
        }
        else
        {
            SendAgain(snack, pdu);
        }
    }

    private void SendAgain(in SnackRequest snack, in ReceivedPdu pdu)
    {
        byte[] header = pdu.Header.ToArray();
        SerialNumber nextR2TSN = default;
        RepetitionOutcome outcome = snack.Kind == SnackKind.DataOrR2T && _tasks is not null
            ? new RequestRepetition(_tasks).Repeat(snack, _own.Allegiance, out nextR2TSN)
            : RepetitionOutcome.NotConcerned;
        switch (outcome)
        {
            case RepetitionOutcome.Repeated:
                _connection.Request(BasicHeader.Length);
                return;
            case RepetitionOutcome.NotThere:
                Send(ControlAnswers.Refusal(RejectReason.ProtocolError, header, nextR2TSN));
                return;
            case RepetitionOutcome.NotConcerned:
                Send(new Retransmission(snack, header));
                return;
            default:
                throw new InvariantViolationException("an outcome has a name");
        }
    }

    private void Refuse(RejectReason reason, in ReceivedPdu pdu)
    {
        byte[] header = [.. pdu.Header, .. pdu.Ahs];
        Send(ControlAnswers.Refusal(reason, header));
    }

    private void Send(Answer answer)
    {
        _connection.Add(answer);
        _connection.Request(BasicHeader.Length);
    }
}
