namespace IscsiMount.Initiator;

/// <summary>A session that has lost its connection and tries to get another, at one moment.</summary>
public sealed record RecoverySnapshot
{
    /// <summary>When the connection was lost.</summary>
    public required DateTimeOffset Since { get; init; }

    public required int AttemptCount { get; init; }

    /// <summary>When it is tried again; nothing while an attempt is under way.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Whether commands have waited long enough, so that they fail until there is a connection.</summary>
    public required bool IsBoundOver { get; init; }

    /// <summary>Why the last attempt failed, or before the first, why the connection was lost.</summary>
    public Exception? LastFailure { get; init; }
}
