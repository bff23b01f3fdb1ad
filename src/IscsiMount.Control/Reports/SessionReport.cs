using System.Text.Json.Serialization;

namespace IscsiMount.Control.Reports;

/// <summary>Whether a session can be used.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionState>))]
public enum SessionState
{
    [JsonStringEnumMemberName("loggedIn")]
    LoggedIn,

    /// <summary>The connection or the target is gone. Reads and writes fail until somebody logs in again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A session with a target.</summary>
public sealed record SessionReport
{
    /// <summary>The lowest number that was free at login.</summary>
    public required int Id { get; init; }

    public required SessionState State { get; init; }

    public required string Target { get; init; }

    public required string Portal { get; init; }

    /// <summary>The portal that sent us to this one; null where nobody did.</summary>
    public string? RedirectedBy { get; init; }

    public required string InitiatorName { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Reason { get; init; }
}
