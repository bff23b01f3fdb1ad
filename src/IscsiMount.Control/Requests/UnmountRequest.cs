namespace IscsiMount.Control.Requests;

/// <summary>Takes one mount away; the session stays.</summary>
public sealed record UnmountRequest
{
    public required VolumeSelector Volume { get; init; }

    /// <summary>Open files are cut off instead of keeping the mount.</summary>
    public bool Force { get; init; }

    public required double TimeoutSeconds { get; init; }
}
