using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Tasks;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Connections;

/// <summary>A connection that is part of a session: takes each PDU to where it belongs (RFC 7143 §11).</summary>
internal sealed class FullFeaturePhase : IPhase
{
    private const uint NoTag = uint.MaxValue;

    private readonly Connection _connection;
    private readonly ConnectionContext _context;
    private readonly CommandOrder _order;
    private readonly ControlRequests _control;
    private readonly TaskManagement? _taskManagement;
    private uint _lastPing;

    // Of a command whose data segment is being received: the task, or why there is none.
    private ScsiTask? _admitted;
    private RejectReason? _objection;

    public FullFeaturePhase(Connection connection, Session session, ConnectionContext context)
    {
        _connection = connection;
        _context = context;
        Session = session;
        _control = new ControlRequests(connection, session, context);
        if (session.Nexus is not { } nexus)
        {
            _order = new CommandOrder(session.Sequencer, new Lock());
            return;
        }

        Tasks = new TaskRunner(new TaskRunnerOptions
        {
            Nexus = nexus,
            Terms = Terms(session.Proposal.Parameters),
            Sequencer = session.Sequencer,
            Budget = context.Budget,
            Sink = connection,
            Log = context.Log,
        });
        nexus.UseRunner(Tasks);
        _order = new CommandOrder(session.Sequencer, Tasks.Lock);
        _taskManagement = new TaskManagement(Tasks, nexus, _order, connection);
    }

    public Session Session { get; }

    /// <summary>The SCSI commands of the session; nothing in a discovery session, which has none.</summary>
    public TaskRunner? Tasks { get; }

    /// <summary>Asks the initiator for a sign of life. Any thread may call it.</summary>
    public void Ping() => Send(ControlAnswers.Ping(Interlocked.Increment(ref _lastPing) & 0x7FFF_FFFF));

    /// <summary>Asks the initiator to log out. Any thread may call it.</summary>
    public void AskForLogout(TimeSpan grace) =>
        Send(ControlAnswers.LogoutWanted((ushort)Math.Clamp(grace.TotalSeconds, 1, ushort.MaxValue)));

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length)
    {
        if (Tasks is null)
        {
            return default;
        }

        switch (header[0] & 0x3F)
        {
            case ScsiCommand.Opcode:
                _admitted = Tasks.Admit(ScsiCommand.Read(header), out _objection);
                return _admitted?.PlaceAt(0, length) ?? default;
            case DataOut.Opcode:
                return Tasks.FindPlace(DataOut.Read(header));
            default:
                return default;
        }
    }

    public void Handle(in ReceivedPdu pdu)
    {
        // What is not intact has not come, whatever it was. Of Data-Out the task hears as well.
        if (!pdu.IsDataIntact)
        {
            Refuse(RejectReason.DataDigestError, pdu);
        }

        switch (pdu.Opcode)
        {
            case ScsiCommand.Opcode when Tasks is not null:
                TakeCommand(Tasks, pdu);
                return;
            case DataOut.Opcode when Tasks is not null:
                Tasks.TakeData(DataOut.Read(pdu.Header), pdu.IsDataIntact);
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
        if (Tasks is not null)
        {
            new TaskAborts(Tasks).EndAll();
        }

        _context.Sessions.Remove(Session);
        Session.End();
        Tasks?.Dispose();
    }

    private static DataOutTerms Terms(SessionParameters agreed) => new()
    {
        InitialR2T = agreed.InitialR2T,
        ImmediateData = agreed.ImmediateData,
        FirstBurstLength = agreed.FirstBurstLength,
        MaxBurstLength = agreed.MaxBurstLength,
        MaxOutstandingR2T = agreed.MaxOutstandingR2T,
    };

    private void TakeCommand(TaskRunner tasks, in ReceivedPdu pdu)
    {
        ScsiCommand command = ScsiCommand.Read(pdu.Header);
        if (command.DataSegmentLength == 0)
        {
            _admitted = tasks.Admit(command, out _objection);
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
            case NopOut.Opcode when Tasks is not null:
                NopOut ping = NopOut.Read(pdu.Header);
                if (ping.InitiatorTaskTag != NoTag)
                {
                    _order.Submit(ping.CmdSN, ping.IsImmediate, _control.Ping(ping, pdu.Data));
                }

                return;
            case TaskManagementRequest.Opcode when _taskManagement is not null:
                TaskManagementRequest request = TaskManagementRequest.Read(pdu.Header);
                _order.Submit(
                    request.CmdSN, request.IsImmediate, new ControlCommand(() => _taskManagement.Execute(request)));
                return;
            case TextRequest.Opcode:
                TextRequest text = TextRequest.Read(pdu.Header);
                _order.Submit(text.CmdSN, text.IsImmediate, _control.Text(text, pdu.Data));
                return;
            case LogoutRequest.Opcode:
                LogoutRequest logout = LogoutRequest.Read(pdu.Header);
                _order.Submit(logout.CmdSN, logout.IsImmediate, _control.Logout(logout, Tasks));
                return;
            case SnackRequest.Opcode:
                // Nothing is kept that could be sent again (RFC 7143 §7.1.4).
                Refuse(RejectReason.SnackReject, pdu);
                return;
            case LoginRequest.Opcode:
                throw new ProtocolViolationException("RFC 7143 §4.2.4", "a second login came on one connection");
            default:
                Refuse(RejectReason.CommandNotSupported, pdu);
                return;
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
