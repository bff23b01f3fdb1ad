using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Units;
using IscsiMount.Target.Units.Reservations;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Connections;

/// <summary>A connection before it is part of a session: the shell of a <see cref="TargetLogin"/>.</summary>
internal sealed class LoginPhase(Connection connection, ConnectionContext context) : IPhase
{
    /// <summary>Tasks were ended by an event of iSCSI (RFC 7143 §11.14.5).</summary>
    public static readonly AdditionalSense CommandsCleared = new(0x47, 0x7F);

    private readonly TargetLogin _login = new(
        context.Options, context.Policy, context.Chap, connection.RemoteAddress);
    private LoginRequest? _last;

    // What this connection is to be, until the next phase takes it over.
    private SessionConnection? _own;
    private Session? _session;

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) => default;

    public void Handle(in ReceivedPdu pdu)
    {
        if (pdu.Opcode != LoginRequest.Opcode)
        {
            // Before the first request there is nobody to answer to (RFC 7143 §4.2.4).
            Rule.Holds(_last is not null, "RFC 7143 §4.2.4", $"the first PDU has the opcode 0x{pdu.Opcode:X2}");
            Take(_login.Reject(LoginStatus.InvalidDuringLogin, $"the opcode 0x{pdu.Opcode:X2} came in a login"));
            return;
        }

        _last = LoginRequest.Read(pdu.Header);
        Take(_login.Receive(_last.Value, pdu.Data));
    }

    public void End()
    {
        if (_session is not null && _own is not null)
        {
            if (context.Sessions.Leave(_session, _own))
            {
                _session.End();
            }

            _own.SetLeft();
            _own.Dispose();
        }
    }

    private void Take(TargetLoginStep step)
    {
        switch (step)
        {
            case TargetLoginStep.Respond respond:
                Send(new LoginAnswer(respond.Response, respond.Text));
                return;
            case TargetLoginStep.Refuse refuse:
                context.Log.LoginRefused(connection.RemoteName, refuse.Response.Status, refuse.Reason);
                Send(new LoginAnswer(refuse.Response, refuse.Text));
                connection.StopListening();
                connection.Close(EndReason.LoginRefused);
                return;
            case TargetLoginStep.Open open:
                Open(open.Proposal);
                return;
            default:
                throw new InvariantViolationException("a step has a name");
        }
    }

    private void Send(Answer answer)
    {
        connection.Add(answer);
        connection.Request(BasicHeader.Length);
    }

    private void Open(LoginProposal proposal)
    {
        var key = new SessionKey(
            proposal.InitiatorName.Value, proposal.Request.Isid, proposal.TargetName?.Value ?? connection.LocalName);
        TargetNode? target = proposal.TargetName is { } name ? context.Targets.Find(name) : null;
        if (target is null && !proposal.IsDiscovery)
        {
            Take(_login.Reject(LoginStatus.NotFound, $"{proposal.TargetName} was taken away in the meantime"));
            return;
        }

        _own = AsPartOfSession(proposal);
        SessionOpening opening = TryOpen(key, proposal, target, _own);
        while (opening.InTheWay is { } old)
        {
            // Two sessions of one port must not overlap: a write of the old one that ends late would undo a write of
            // the new one. So this connection's thread waits, and nobody else's.
            old.EndConnections(EndReason.Reinstated);
            if (!old.WaitUntilEnded(context.Options.LoginTimeout))
            {
                break;
            }

            opening = TryOpen(key, proposal, target, _own);
        }

        _session = opening.Opened;
        if (_session is null)
        {
            Take(_login.Reject(opening.Status, $"{proposal.InitiatorName} gets no session"));
        }
        else if (opening.Predecessor is { } predecessor && !IsReplaced(_session, predecessor))
        {
            Take(_login.Reject(LoginStatus.ServiceUnavailable, "the connection of the same number does not end"));
        }
        else
        {
            EnterSession(_session, _own, proposal);
            if (target is not null && context.Targets.Find(target.Name) != target)
            {
                // It was taken away while the session was opened.
                connection.End(EndReason.TargetRemoved);
            }
        }
    }

    private SessionConnection AsPartOfSession(LoginProposal proposal) =>
        new(proposal.Request.ConnectionId, connection, connection.End);

    // The same within one session.
    private bool IsReplaced(Session session, SessionConnection predecessor)
    {
        predecessor.End(EndReason.Reinstated);
        if (!predecessor.HasLeft.Wait(context.Options.LoginTimeout))
        {
            return false;
        }

        foreach (NexusUnit unit in session.Nexus?.Units ?? [])
        {
            unit.Tell(CommandsCleared);
        }

        return true;
    }

    private SessionOpening TryOpen(
        SessionKey key, LoginProposal proposal, TargetNode? target, SessionConnection own)
    {
        return context.Sessions.TryOpen(key, proposal, own, (tsih, history) =>
        {
            Nexus? nexus = proposal.IsDiscovery || target is null
                ? null
                : new Nexus(target, new InitiatorPort(key.InitiatorName, key.Isid), FirstAttention(history));
            var terms = new SessionTerms(context.Options.CommandsInFlightMax, context.Budget, context.Log);
            return new Session(key, tsih, proposal, nexus, terms);
        });
    }

    private static AdditionalSense FirstAttention(NexusHistory history) => history switch
    {
        // COMPAT: of the conditions that fit, iscsi-ls of libiscsi 1.19 tolerates this one alone.
        NexusHistory.New => AdditionalSense.PowerOnOrReset,
        NexusHistory.Lost => AdditionalSense.NexusLoss,
    };

    private void EnterSession(Session session, SessionConnection own, LoginProposal proposal)
    {
        SessionParameters agreed = proposal.Parameters.OnSessionOf(session.Proposal.Parameters);
        var framing = new PduFraming
        {
            HasHeaderDigest = agreed.HeaderDigest == Protocol.DigestKind.Crc32C,
            HasDataDigest = agreed.DataDigest == Protocol.DigestKind.Crc32C,
            MaxRecvDataSegmentLength = agreed.TargetMaxRecvDataSegmentLength,
        };
        var phase = new FullFeaturePhase(connection, session, own, context);
        var last = (TargetLoginStep.Respond)_login.Accept(session.Tsih, session.Sequencer);
        connection.ExpectFraming(framing);
        connection.Enter(phase);
        context.Log.LoggedIn(
            session.Proposal.InitiatorName.Value,
            session.Proposal.TargetName?.Value ?? "discovery",
            connection.RemoteName,
            session.Tsih);
        Send(new LoginAnswer(last.Response, last.Text, () =>
        {
            connection.Writer.Window = session.Sequencer;
            connection.Writer.Kept.IsOn = agreed.ErrorRecoveryLevel > 0;
            connection.Writer.MaxSendDataSegmentLength = agreed.InitiatorMaxRecvDataSegmentLength;
            connection.Writer.MaxBurstLength = agreed.MaxBurstLength;
            connection.SendFraming(framing);
        }));
    }
}
