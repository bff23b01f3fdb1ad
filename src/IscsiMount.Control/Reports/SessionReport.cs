using System.Text.Json.Serialization;

namespace IscsiMount.Control.Reports;

/// <summary>Whether a session can be used.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionState>))]
public enum SessionState
{
    [JsonStringEnumMemberName("loggedIn")]
    LoggedIn,

    /// <summary>The connection is lost, and the agent tries to get another. Reads and writes wait, then fail.</summary>
    [JsonStringEnumMemberName("reconnecting")]
    Reconnecting,

    /// <summary>The session is over. Reads and writes fail until somebody logs in again.</summary>
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

    /// <summary>Why it failed, or why the last attempt to reconnect did.</summary>
    public string? Reason { get; init; }

    /// <summary>How often the connection was lost and made anew.</summary>
    public required int ReconnectCount { get; init; }

    /// <summary>How the reconnecting goes, in that state.</summary>
    public RecoveryReport? Recovery { get; init; }
}
