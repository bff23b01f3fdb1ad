namespace IscsiMount.Control.Requests;

/// <summary>Asks a portal for its targets.</summary>
public sealed record DiscoverRequest
{
    /// <summary><c>HOST[:PORT]</c>; an IPv6 address in brackets where a port follows.</summary>
    public required string Portal { get; init; }

    /// <summary>Null is the name of this machine.</summary>
    public string? InitiatorName { get; init; }

    /// <summary>Null proves nothing and demands nothing.</summary>
    public ChapRequest? Chap { get; init; }

    /// <summary>How long it may take as a whole.</summary>
    public required double TimeoutSeconds { get; init; }
}
