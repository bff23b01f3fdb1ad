namespace IscsiMount.Control.Reports;

/// <summary>A target that a portal has shown, or that a session is open to.</summary>
public sealed record TargetReport
{
    public required string Name { get; init; }

    /// <summary>Each as <c>address:port,group</c>, in the words of the target.</summary>
    public required IReadOnlyList<string> Portals { get; init; }

    public required bool IsLoggedIn { get; init; }
}
