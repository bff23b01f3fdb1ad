namespace IscsiMount.Control.Requests;

/// <summary>Opens and keeps a session, then mounts the volumes that are recognised.</summary>
public sealed record LoginRequest
{
    public required string Portal { get; init; }

    /// <summary>May be null where the portal shows one target only.</summary>
    public string? Target { get; init; }

    /// <summary>Null means every logical unit.</summary>
    public ulong? Lun { get; init; }

    /// <summary>From 1; null means every partition. 0 is a volume that fills its logical unit.</summary>
    public int? Partition { get; init; }

    /// <summary>An absolute path; null lets the agent choose. With a path there must be exactly one volume.</summary>
    public string? MountPoint { get; init; }

    /// <summary>False opens the session and mounts nothing.</summary>
    public bool Mount { get; init; } = true;

    public bool ReadOnly { get; init; }

    public string? InitiatorName { get; init; }

    public DigestWish HeaderDigest { get; init; }

    public DigestWish DataDigest { get; init; }

    /// <summary>Null proves nothing and demands nothing.</summary>
    public ChapRequest? Chap { get; init; }

    /// <summary>
    /// How long reads and writes wait for a target that is away before they fail; null is what the agent thinks right.
    /// </summary>
    public double? ReconnectTimeoutSeconds { get; init; }

    public required double TimeoutSeconds { get; init; }
}
