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

    /// <summary>Its session goes on over another connection, without the commands of the old one.</summary>
    Continued,
}

/// <summary>All sessions of a server. Safe on any thread.</summary>
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

    /// <summary>
    /// Makes room for a session by the table of RFC 7143 §6.3.1. There is one connection to a session.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   TSIH       session of this port   CID        outcome
    ///   0          none                   any        a new session
    ///   0          there is one           any        it ends, then a new session
    ///   its own    there is one           its own    its connection ends, then the same session on the new one
    ///   its own    there is one           another    0206
    ///   any other                                    020A
    /// </code>
    /// </remarks>
    /// <param name="key">Which session is wanted.</param>
    /// <param name="request">What was negotiated.</param>
    /// <param name="ended">The session that was in the way at the last attempt, and is over now.</param>
    /// <param name="create">Makes a session.</param>
    /// <returns>The session; or the one that has to end first; or why there is none.</returns>
    public SessionOpening TryOpen(
        SessionKey key, LoginProposal request, Session? ended, Func<ushort, NexusHistory, Session> create)
    {
        ushort tsih = request.Request.Tsih;
        lock (_lock)
        {
            Session? present = _sessions.GetValueOrDefault(key);
            if (tsih != 0 && (present ?? ended)?.Tsih != tsih)
            {
                return new(LoginStatus.SessionDoesNotExist);
            }

            if (present is not null)
            {
                bool isOtherConnection =
                    tsih != 0 && present.Proposal.Request.ConnectionId != request.Request.ConnectionId;
                return isOtherConnection
                    ? new(LoginStatus.TooManyConnections)
                    : new(LoginStatus.ServiceUnavailable, InTheWay: present);
            }

            if (_sessions.Count >= options.SessionsMax)
            {
                return new(LoginStatus.OutOfResources);
            }

            bool wasLost = _lost.Remove(key);
            NexusHistory history = tsih != 0 ? NexusHistory.Continued : wasLost ? NexusHistory.Lost : NexusHistory.New;
            Session session = create(tsih != 0 ? tsih : NextTsih(), history);
            _sessions.Add(key, session);
            return new(LoginStatus.Success, Opened: session);
        }
    }

    /// <summary>A session is over.</summary>
    public void Remove(Session session)
    {
        lock (_lock)
        {
            bool wasHere = _sessions.Remove(session.Key);
            Invariant.Holds(wasHere);
            if (session.Nexus is not null && _lost.Count < LostMax)
            {
                _lost.Add(session.Key);
            }
        }
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
internal readonly record struct SessionOpening(LoginStatus Status, Session? Opened = null, Session? InTheWay = null);
