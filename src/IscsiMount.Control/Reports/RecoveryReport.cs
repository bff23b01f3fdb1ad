namespace IscsiMount.Control.Reports;

/// <summary>A session without a connection, which tries to get another.</summary>
public sealed record RecoveryReport
{
    /// <summary>When the connection was lost.</summary>
    public required DateTimeOffset Since { get; init; }

    public required int Attempts { get; init; }

    /// <summary>When it is tried again; nothing while an attempt is under way.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Whether reads and writes have waited long enough, so that they fail until the target is back.</summary>
    public required bool IsFailing { get; init; }
}
