using IscsiMount.Control.Reports;
using IscsiMount.Protocol.Discovery;

namespace IscsiMount.Agent.Sessions;

/// <summary>The targets that portals have shown in the life of this agent.</summary>
internal sealed class TargetCatalog
{
    /// <summary>LIMIT: a portal may show any number; the first ones stay.</summary>
    private const int EntriesMax = 4096;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, IReadOnlyList<string>> _portals = new(StringComparer.Ordinal);

    public void Learn(IEnumerable<DiscoveredTarget> targets)
    {
        lock (_lock)
        {
            foreach (DiscoveredTarget target in targets)
            {
                if (_portals.Count < EntriesMax || _portals.ContainsKey(target.Name.Value))
                {
                    _portals[target.Name.Value] = PortalsOf(target);
                }
            }
        }
    }

    /// <summary>Everything known, and the targets of the sessions, which may never have been discovered.</summary>
    public IReadOnlyList<TargetReport> Report(IReadOnlyList<HeldSession> sessions)
    {
        lock (_lock)
        {
            var known = new SortedDictionary<string, IReadOnlyList<string>>(_portals, StringComparer.Ordinal);
            foreach (HeldSession session in sessions)
            {
                known.TryAdd(session.Target.Value, [session.Portal.ToString()]);
            }

            return [.. known.Select(row => Report(row.Key, row.Value, sessions))];
        }
    }

    /// <summary>The targets of one discovery.</summary>
    public static IReadOnlyList<TargetReport> Report(
        IEnumerable<DiscoveredTarget> targets, IReadOnlyList<HeldSession> sessions)
    {
        return [.. targets.Select(target => Report(target.Name.Value, PortalsOf(target), sessions))];
    }

    private static TargetReport Report(
        string name, IReadOnlyList<string> portals, IReadOnlyList<HeldSession> sessions) => new()
        {
            Name = name,
            Portals = portals,
            IsLoggedIn = sessions.Any(session => session.Target.Value == name && session.IsAlive),
        };

    private static string[] PortalsOf(DiscoveredTarget target)
    {
        return [.. target.Addresses.Select(address => address.ToString()), .. target.UnreadableAddresses];
    }
}
