namespace IscsiMount.Control.Requests;

/// <summary>Unmounts the volumes of a session and ends it. Exactly one of the three says which.</summary>
public sealed record LogoutRequest
{
    public int? Session { get; init; }

    public string? Target { get; init; }

    public bool All { get; init; }

    /// <summary>Open files are cut off instead of keeping the session.</summary>
    public bool Force { get; init; }

    public required double TimeoutSeconds { get; init; }
}
