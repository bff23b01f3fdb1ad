namespace IscsiMount.Control.Requests;

/// <summary>Mounts one volume of a session that is open.</summary>
public sealed record MountRequest
{
    public required VolumeSelector Volume { get; init; }

    /// <summary>An absolute path; null lets the agent choose.</summary>
    public string? MountPoint { get; init; }

    public bool ReadOnly { get; init; }

    public required double TimeoutSeconds { get; init; }
}
