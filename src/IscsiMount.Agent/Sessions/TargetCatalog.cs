using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Names;

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

    /// <summary>The target that is meant where nobody has named one.</summary>
    /// <exception cref="ControlException">There is none, or there are several.</exception>
    public static IscsiName OnlyOf(
        IReadOnlyList<DiscoveredTarget> targets, PortalAddress portal, SessionOptions options) => targets.Count switch
        {
            1 => targets[0].Name,
            0 => throw new ControlException(
                ErrorCode.NoTargets,
                $"The portal {portal} shows no targets.",
                "There are none, or none that this initiator may see.",
                $"Check the access lists of the target for {options.InitiatorName}."),
            _ => throw new ControlException(
                ErrorCode.SeveralTargets,
                $"The portal {portal} shows {targets.Count} targets, and none was chosen.",
                string.Join(", ", targets.Take(20).Select(target => target.Name.Value)),
                "Choose one with --target IQN."),
        };

    private static TargetReport Report(
        string name, IReadOnlyList<string> portals, IReadOnlyList<HeldSession> sessions) => new()
        {
            Name = name,
            Portals = portals,
            IsLoggedIn = sessions.Any(session => session.Target.Value == name && session.IsConnected),
        };

    private static string[] PortalsOf(DiscoveredTarget target)
    {
        return [.. target.Addresses.Select(address => address.ToString()), .. target.UnreadableAddresses];
    }
}
