using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Target.Login;

namespace IscsiMount.Target.Sessions;

/// <summary>What the units of a target know of the initiator's port that opens a session.</summary>
internal enum NexusHistory
{
    /// <summary>Nothing.</summary>
    New,

    /// <summary>It had a session, and that is over.</summary>
    Lost,
}

/// <summary>All sessions of a server, and the connections that they consist of. Safe on any thread.</summary>
internal sealed class SessionTable(TargetServerOptions options)
{
    // LIMIT: initiators whose loss is remembered until they come back. Who is forgotten is told of a power-on instead.
    private const int LostMax = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, Session> _sessions = [];
    private readonly HashSet<SessionKey> _lost = [];
    private ushort _lastTsih;

    public Session[] All()
    {
        lock (_lock)
        {
            return [.. _sessions.Values];
        }
    }

    /// <summary>Makes a connection part of a session, by the table of RFC 7143 §6.3.1.</summary>
    /// <remarks>
    /// <code>
    ///   TSIH       session of this port   CID        outcome
    ///   0          none                   any        a new session
    ///   0          there is one           any        it ends, then a new session
    ///   its own    there is one           its own    the same session; the old connection has to leave it first
    ///   its own    there is one           another    the same session, 0206 if that is full, 0201 for another user
    ///   any other                                    020A
    /// </code>
    /// </remarks>
    /// <param name="key">Which session is wanted.</param>
    /// <param name="request">What was negotiated.</param>
    /// <param name="connection">The connection that is to be part of it.</param>
    /// <param name="create">Makes a session.</param>
    /// <returns>The session; or the one that has to end first; or why there is none.</returns>
    public SessionOpening TryOpen(
        SessionKey key,
        LoginProposal request,
        SessionConnection connection,
        Func<ushort, NexusHistory, Session> create)
    {
        lock (_lock)
        {
            Session? present = _sessions.GetValueOrDefault(key);
            if (request.Request.Tsih != 0)
            {
                return present?.Tsih == request.Request.Tsih
                    ? Join(present, request, connection)
                    : new(LoginStatus.SessionDoesNotExist);
            }

            if (present is not null)
            {
                return new(LoginStatus.ServiceUnavailable, InTheWay: present);
            }

            if (_sessions.Count >= options.SessionsMax)
            {
                return new(LoginStatus.OutOfResources);
            }

            Session session = create(NextTsih(), _lost.Remove(key) ? NexusHistory.Lost : NexusHistory.New);
            session.Connections = [connection];
            _sessions.Add(key, session);
            return new(LoginStatus.Success, Opened: session);
        }
    }

    /// <summary>A connection is over, and no device works for it any more.</summary>
    /// <returns>Whether it was the last one, and the session is over with it.</returns>
    public bool Leave(Session session, SessionConnection connection)
    {
        lock (_lock)
        {
            session.Connections = [.. session.Connections.Where(each => !ReferenceEquals(each, connection))];
            if (session.Connections.Count > 0)
            {
                return false;
            }

            bool wasHere = _sessions.Remove(session.Key);
            Invariant.Holds(wasHere);
            if (session.Nexus is not null && _lost.Count < LostMax)
            {
                _lost.Add(session.Key);
            }

            return true;
        }
    }

    // A connection of the same number gives its place to the new one at once, so that the session does not end between
    // the two.
    private static SessionOpening Join(Session session, LoginProposal request, SessionConnection connection)
    {
        SessionConnection? predecessor = session.Find(connection.ConnectionId);
        if (session.Proposal.User != request.User)
        {
            return new(LoginStatus.AuthenticationFailure);
        }

        if (predecessor is null && session.Connections.Count >= session.Proposal.Parameters.MaxConnections)
        {
            return new(LoginStatus.TooManyConnections);
        }

        session.Connections =
            [.. session.Connections.Where(each => !ReferenceEquals(each, predecessor)), connection];
        return new(LoginStatus.Success, Opened: session, Predecessor: predecessor);
    }

    private ushort NextTsih()
    {
        do
        {
            _lastTsih = unchecked((ushort)(_lastTsih + 1));
        }
        while (_lastTsih == 0 || _sessions.Values.Any(session => session.Tsih == _lastTsih));

        return _lastTsih;
    }
}

/// <summary>How an attempt to open a session went.</summary>
internal readonly record struct SessionOpening(
    LoginStatus Status, Session? Opened = null, Session? InTheWay = null, SessionConnection? Predecessor = null);
