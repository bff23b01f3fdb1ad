using IscsiMount.Agent.Volumes;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>A session that is kept, with its logical units.</summary>
internal sealed class HeldSession
{
    public required int Id { get; init; }

    public required IscsiName Target { get; init; }

    public required PortalAddress Portal { get; init; }

    /// <summary>The portal that was asked first.</summary>
    public required PortalAddress AskedPortal { get; init; }

    public required string InitiatorName { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required Session Session { get; init; }

    /// <summary>What the session proves, if it does; it goes with the session.</summary>
    public HeldChap? Chap { get; init; }

    public IReadOnlyList<HeldUnit> Units { get; init; } = [];

    /// <summary>Whether it can be used now.</summary>
    public bool IsConnected => Session.Snapshot().State == SessionState.LoggedIn;

    /// <summary>Whether it can be used, if not now then when the target is back.</summary>
    public bool IsAlive => Session.Snapshot().State is SessionState.LoggedIn or SessionState.Reconnecting;

    public IEnumerable<HeldVolume> Volumes => Units.SelectMany(unit => unit.Volumes);
}
