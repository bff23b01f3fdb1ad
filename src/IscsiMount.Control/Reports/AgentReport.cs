using System.Text.Json.Serialization;

namespace IscsiMount.Control.Reports;

/// <summary>Whether the background process runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AgentState>))]
public enum AgentState
{
    [JsonStringEnumMemberName("running")]
    Running,

    [JsonStringEnumMemberName("stopped")]
    Stopped,
}

/// <summary>The background process.</summary>
public sealed record AgentReport
{
    public required AgentState State { get; init; }

    public string? Version { get; init; }

    public int? ProcessId { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The socket or pipe where it listens.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The folder of its log files.</summary>
    public required string LogFolder { get; init; }
}
