using System.Net;

namespace IscsiMount.Target;

/// <summary>What a target server does at one moment.</summary>
public sealed record TargetServerSnapshot
{
    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<IPEndPoint> Portals { get; init; }

    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>TCP connections, those that have not logged in included.</summary>
    public required int ConnectionCount { get; init; }

    public required IReadOnlyList<TargetSessionSnapshot> Sessions { get; init; }
}

/// <summary>One session of a target server.</summary>
public sealed record TargetSessionSnapshot
{
    public required ushort Tsih { get; init; }

    public required string InitiatorName { get; init; }

    /// <summary>Empty in a discovery session that names no target.</summary>
    public required string TargetName { get; init; }

    /// <summary>Who has proved himself; nothing if no proof was wanted.</summary>
    public string? User { get; init; }

    public required bool IsDiscovery { get; init; }

    public required int ConnectionCount { get; init; }

    /// <summary>Commands that have come and were not answered yet.</summary>
    public required int CommandsInFlight { get; init; }
}
