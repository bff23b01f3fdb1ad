namespace IscsiMount.Control.Reports;

/// <summary>A TCP connection of a session, with what was negotiated for it.</summary>
public sealed record ConnectionReport
{
    public required int Session { get; init; }

    /// <summary>The CID of RFC 7143 §4.4.3.</summary>
    public required int Id { get; init; }

    public required string LocalAddress { get; init; }

    public required string RemoteAddress { get; init; }

    public required string HeaderDigest { get; init; }

    public required string DataDigest { get; init; }
}
