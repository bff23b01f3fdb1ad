using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Units;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Target.Connections;

/// <summary>A connection before it is part of a session: the shell of a <see cref="TargetLogin"/>.</summary>
internal sealed class LoginPhase(Connection connection, ConnectionContext context) : IPhase
{
    private static readonly AdditionalSense CommandsCleared = new(0x47, 0x7F);

    private readonly TargetLogin _login = new(
        context.Options, context.Policy, context.Chap, connection.RemoteAddress);
    private LoginRequest? _last;

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
        Session? ended = null;
        SessionOpening opening = TryOpen(key, proposal, ended);
        while (opening.InTheWay is { } old)
        {
            // Two sessions of one port must not overlap: a write of the old one that ends late would undo a write of
            // the new one. So this connection's thread waits, and nobody else's.
            old.EndConnection(EndReason.Reinstated);
            if (!old.WaitUntilEnded(context.Options.LoginTimeout))
            {
                break;
            }

            ended = old;
            opening = TryOpen(key, proposal, ended);
        }

        if (opening.Opened is { } session)
        {
            EnterSession(session);
        }
        else
        {
            Take(_login.Reject(opening.Status, $"{proposal.InitiatorName} gets no session"));
        }
    }

    private SessionOpening TryOpen(SessionKey key, LoginProposal proposal, Session? ended)
    {
        return context.Sessions.TryOpen(key, proposal, ended, (tsih, history) =>
            new Session(key, tsih, proposal, context.Options.CommandsInFlightMax)
            {
                EndConnection = connection.End,
                Nexus = proposal.IsDiscovery || proposal.TargetName is null
                    ? null
                    : new Nexus(context.Targets[proposal.TargetName], FirstAttention(history)),
            });
    }

    private static AdditionalSense FirstAttention(NexusHistory history) => history switch
    {
        // COMPAT: of the conditions that fit, iscsi-ls of libiscsi 1.19 tolerates this one alone.
        NexusHistory.New => AdditionalSense.PowerOnOrReset,
        NexusHistory.Lost => AdditionalSense.NexusLoss,
        NexusHistory.Continued => CommandsCleared,
    };

    private void EnterSession(Session session)
    {
        SessionParameters agreed = session.Proposal.Parameters;
        var framing = new PduFraming
        {
            HasHeaderDigest = agreed.HeaderDigest == Protocol.DigestKind.Crc32C,
            HasDataDigest = agreed.DataDigest == Protocol.DigestKind.Crc32C,
            MaxRecvDataSegmentLength = agreed.TargetMaxRecvDataSegmentLength,
        };
        var phase = new FullFeaturePhase(connection, session, context);
        var last = (TargetLoginStep.Respond)_login.Accept(session.Tsih);
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
            connection.Writer.MaxSendDataSegmentLength = agreed.InitiatorMaxRecvDataSegmentLength;
            connection.Writer.MaxBurstLength = agreed.MaxBurstLength;
            connection.SendFraming(framing);
        }));
    }
}
