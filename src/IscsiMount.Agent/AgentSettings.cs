using IscsiMount.Control;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent;

/// <summary>What the agent is told at its start. Nothing below it reads the environment.</summary>
public sealed record AgentSettings
{
    public required AgentPaths Paths { get; init; }

    public required string Version { get; init; }

    /// <summary>
    /// What the name of this machine as an initiator begins with, where a login does not bring its own name. The rest
    /// is drawn at the first use and kept.
    /// </summary>
    public required string InitiatorName { get; init; }

    /// <summary>Whom the files in mounts belong to.</summary>
    public required MountOwner Owner { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How long the end may take: mounts and sessions that resist are then cut off.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
