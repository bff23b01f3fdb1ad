namespace IscsiMount.Control.Reports;

/// <summary>
/// The one form of every answer, of the control API and of <c>--json</c>. It names its version, and holds the lists
/// that were asked for; the others are absent.
/// </summary>
public sealed record Document
{
    public const string CurrentSchema = "iscsimount/1";

    public string Schema { get; init; } = CurrentSchema;

    public Problem? Error { get; init; }

    public AgentReport? Agent { get; init; }

    public IReadOnlyList<TargetReport>? Targets { get; init; }

    public IReadOnlyList<SessionReport>? Sessions { get; init; }

    public IReadOnlyList<ConnectionReport>? Connections { get; init; }

    public IReadOnlyList<LunReport>? Luns { get; init; }

    public IReadOnlyList<VolumeReport>? Volumes { get; init; }

    public IReadOnlyList<MountReport>? Mounts { get; init; }

    public IReadOnlyList<BenchReport>? Bench { get; init; }

    public IReadOnlyList<CheckReport>? Checks { get; init; }

    public IReadOnlyList<FormatReport>? Formats { get; init; }

    /// <summary>What is wrong, each with what to do. Empty means that all is well.</summary>
    public IReadOnlyList<Problem>? Problems { get; init; }
}
