using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>The sessions that the agent keeps, and the gates that put in order who changes them.</summary>
/// <remarks>One lock guards the table; nothing waits while it is held.</remarks>
internal sealed class SessionTable
{
    /// <summary>LIMIT: two targets that share a gate only wait for each other, and that seldom.</summary>
    private const int GateCount = 64;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, HeldSession?> _sessions = [];
    private readonly AsyncGate[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new AsyncGate())];

    /// <summary>All sessions by their numbers.</summary>
    public IReadOnlyList<HeldSession> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _sessions.Values.OfType<HeldSession>()];
            }
        }
    }

    /// <summary>
    /// Whoever logs in to a target, logs out of it, mounts or unmounts a volume of it, is inside this gate meanwhile.
    /// </summary>
    public AsyncGate GateOf(IscsiName target)
    {
        uint hash = unchecked((uint)target.Value.GetHashCode(StringComparison.Ordinal));
        return _gates[hash % GateCount];
    }

    public HeldSession? Find(IscsiName target) => All.FirstOrDefault(session => session.Target == target);

    /// <summary>Takes the lowest free number for a session to come.</summary>
    public int Reserve()
    {
        lock (_lock)
        {
            int id = Enumerable.Range(1, _sessions.Count + 1).First(number => !_sessions.ContainsKey(number));
            _sessions.Add(id, null);
            return id;
        }
    }

    public void Put(HeldSession session)
    {
        lock (_lock)
        {
            _sessions[session.Id] = session;
        }
    }

    /// <summary>Frees a number, reserved or taken.</summary>
    public void Remove(int id)
    {
        lock (_lock)
        {
            _sessions.Remove(id);
        }
    }
}
