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
    private readonly ConnectionContext _context;
    private readonly TextAnswers _textAnswers;
    private readonly TextExchange _texts;

    public ControlRequests(Connection connection, Session session, ConnectionContext context)
    {
        _connection = connection;
        _session = session;
        _context = context;
        IscsiName initiator = session.Proposal.InitiatorName;
        _textAnswers = new TextAnswers(
            session.Proposal.TargetName,
            session.Proposal.IsDiscovery,
            [
                .. context.Targets.Keys.Where(
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
        return new ControlCommand(() =>
        {
            LeaveWindow(isImmediate);
            Send(ControlAnswers.Echo(tag, buffer.AsMemory(0, length), () => ReturnBuffer(buffer, length)));
        });
    }

    public IOrderedCommand Text(TextRequest request, ReadOnlySpan<byte> text)
    {
        byte[] copy = text.ToArray();
        return new ControlCommand(() =>
        {
            LeaveWindow(request.IsImmediate);
            AnswerText(request, copy);
        });
    }

    /// <param name="request">The logout.</param>
    /// <param name="tasks">The tasks of the session, if it can have any.</param>
    public IOrderedCommand Logout(LogoutRequest request, TaskRunner? tasks)
    {
        return new ControlCommand(() =>
        {
            LeaveWindow(request.IsImmediate);
            bool isOwn = request.ConnectionId == _session.Proposal.Request.ConnectionId;
            LogoutResult result = request.Reason switch
            {
                LogoutReason.CloseSession => LogoutResult.Closed,
                LogoutReason.CloseConnection when _session.Proposal.IsDiscovery => LogoutResult.RecoveryNotSupported,
                LogoutReason.CloseConnection when isOwn => LogoutResult.Closed,
                LogoutReason.CloseConnection => LogoutResult.ConnectionNotFound,
                _ => LogoutResult.RecoveryNotSupported,
            };

            if (result == LogoutResult.Closed)
            {
                EndTasksAndClose(request.InitiatorTaskTag, tasks);
            }
            else
            {
                Send(ControlAnswers.Logout(request.InitiatorTaskTag, result));
            }
        });
    }

    private void EndTasksAndClose(uint initiatorTaskTag, TaskRunner? tasks)
    {
        var wait = new TaskManagementWait(() =>
        {
            Send(ControlAnswers.Logout(initiatorTaskTag, LogoutResult.Closed));
            _connection.Close(EndReason.LoggedOut);
        });
        _connection.StopListening();
        if (tasks is not null)
        {
            new TaskAborts(tasks).AbortAll(static _ => true, wait, isOwn: false);
        }

        wait.Release();
    }

    private void AnswerText(TextRequest request, byte[] text)
    {
        switch (_texts.Receive(request, text, _connection.Writer.MaxSendDataSegmentLength))
        {
            case TextStep.Respond respond:
                // A new length holds when both sides have said that they are done (RFC 7143 §6.2).
                int? newLength = respond.Response.IsFinal ? _textAnswers.NewSegmentLength : null;
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
