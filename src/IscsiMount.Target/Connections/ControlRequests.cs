using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Connections;

/// <summary>Answers pings, texts and logouts of one connection, when it is their turn.</summary>
internal sealed class ControlRequests
{
    private readonly Connection _connection;
    private readonly Session _session;
    private readonly SessionConnection _own;
    private readonly ConnectionContext _context;
    private readonly TextAnswers _textAnswers;
    private readonly TextExchange _texts;

    // It is a request's turn on whatever thread the one before it came. Guards the two above, and nothing is called
    // under it.
    private readonly Lock _textLock = new();

    public ControlRequests(
        Connection connection, Session session, SessionConnection own, ConnectionContext context)
    {
        _connection = connection;
        _session = session;
        _own = own;
        _context = context;
        IscsiName initiator = session.Proposal.InitiatorName;
        _textAnswers = new TextAnswers(
            session.Proposal.TargetName,
            session.Proposal.IsDiscovery,
            [
                .. context.Targets.All.Select(target => target.Name).Where(
                    name => context.Policy.Judge(initiator, name, connection.RemoteAddress).Status.IsSuccess),
            ],
            context.AddressesSeenFrom(connection.LocalName));
        _texts = new TextExchange(_textAnswers.Answer, context.Options.TextSizeMax);
    }

    /// <summary>Makes the command that answers a ping (RFC 7143 §11.18).</summary>
    public IOrderedCommand Ping(in NopOut request, ReadOnlySpan<byte> data)
    {
        uint tag = request.InitiatorTaskTag;
        bool isImmediate = request.IsImmediate;
        int length = Math.Min(data.Length, _connection.Writer.MaxSendDataSegmentLength);
        byte[]? buffer = length == 0 ? [] : _context.Budget.TryRent(length);
        if (buffer is null)
        {
            // There is no memory left for this initiator to play with: it gets its ping back without the data.
            (buffer, length) = ([], 0);
        }

        data[..length].CopyTo(buffer);
        return new ControlCommand(_own.Allegiance, () =>
        {
            LeaveWindow(isImmediate);
            Send(ControlAnswers.Echo(tag, buffer.AsMemory(0, length), () => ReturnBuffer(buffer, length)));
        });
    }

    public IOrderedCommand Text(TextRequest request, ReadOnlySpan<byte> text)
    {
        byte[] copy = text.ToArray();
        return new ControlCommand(_own.Allegiance, () =>
        {
            LeaveWindow(request.IsImmediate);
            AnswerText(request, copy);
        });
    }

    public IOrderedCommand Logout(LogoutRequest request)
    {
        return new ControlCommand(_own.Allegiance, () =>
        {
            LeaveWindow(request.IsImmediate);
            switch (request.Reason)
            {
                case LogoutReason.CloseSession:
                    EndSession(request.InitiatorTaskTag);
                    return;
                case LogoutReason.CloseConnection when !_session.Proposal.IsDiscovery:
                    EndConnection(request);
                    return;
                default:
                    AnswerLogout(request.InitiatorTaskTag, LogoutResult.RecoveryNotSupported);
                    return;
            }
        });
    }

    private void EndSession(uint initiatorTaskTag)
    {
        _session.Tasks?.Close();
        CloseBehind(initiatorTaskTag, static _ => true, () =>
        {
            foreach (SessionConnection other in _session.Connections.Where(each => !ReferenceEquals(each, _own)))
            {
                other.End(EndReason.LoggedOut);
            }
        });
    }

    private void EndConnection(LogoutRequest request)
    {
        switch (_session.Find(request.ConnectionId))
        {
            case null:
                AnswerLogout(request.InitiatorTaskTag, LogoutResult.ConnectionNotFound);
                return;
            case { } meant when ReferenceEquals(meant, _own):
                CloseBehind(
                    request.InitiatorTaskTag,
                    task => ReferenceEquals(task.Allegiance, _own.Allegiance),
                    static () => { });
                return;
            case { } other:
                other.End(EndReason.LoggedOut);
                other.HasLeft.GetAwaiter().UnsafeOnCompleted(
                    () => AnswerLogout(request.InitiatorTaskTag, LogoutResult.Closed));
                return;
        }
    }

    // The answer is true when no device works for the tasks any more, and then the connection is closed.
    private void CloseBehind(uint initiatorTaskTag, Predicate<ScsiTask> isMeant, Action closed)
    {
        var wait = new TaskManagementWait(() =>
        {
            AnswerLogout(initiatorTaskTag, LogoutResult.Closed);
            _connection.Close(EndReason.LoggedOut);
            closed();
        });
        _connection.StopListening();
        if (_session.Tasks is { } tasks)
        {
            new TaskAborts(tasks).AbortAll(isMeant, wait, isOwn: false);
        }

        wait.Release();
    }

    private void AnswerLogout(uint initiatorTaskTag, LogoutResult result) =>
        Send(ControlAnswers.Logout(initiatorTaskTag, result));

    private void AnswerText(TextRequest request, byte[] text)
    {
        TextStep step;
        int? newLength;
        lock (_textLock)
        {
            step = _texts.Receive(request, text, _connection.Writer.MaxSendDataSegmentLength);

            // A new length holds when both sides have said that they are done (RFC 7143 §6.2).
            newLength = step is TextStep.Respond { Response.IsFinal: true } ? _textAnswers.NewSegmentLength : null;
        }

        switch (step)
        {
            case TextStep.Respond respond:
                Send(ControlAnswers.Text(respond.Response, respond.Text, newLength));
                return;
            case TextStep.Refuse refuse:
                byte[] header = new byte[BasicHeader.Length];
                request.Write(header);
                Send(ControlAnswers.Refusal(refuse.Reason, header));
                return;
        }
    }

    private void ReturnBuffer(byte[] buffer, int length)
    {
        if (length > 0)
        {
            _context.Budget.Return(buffer, length);
        }
    }

    private void LeaveWindow(bool isImmediate)
    {
        if (!isImmediate)
        {
            _session.Sequencer.Release();
        }
    }

    private void Send(Answer answer)
    {
        _connection.Add(answer);
        _connection.Request(BasicHeader.Length);
    }
}
