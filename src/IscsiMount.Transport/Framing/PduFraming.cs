namespace IscsiMount.Transport.Framing;

/// <summary>What two sides have agreed on about the form of their PDUs, as seen from one of them.</summary>
public sealed record PduFraming
{
    /// <summary>The form of all PDUs of a login (RFC 7143 §6.1, §13.12): no digests, and short segments.</summary>
    public static PduFraming OfLogin { get; } = new();

    public bool HasHeaderDigest { get; init; }

    public bool HasDataDigest { get; init; }

    /// <summary>Bytes of the largest data segment that this side accepts. A longer one is a violation.</summary>
    public int MaxRecvDataSegmentLength { get; init; } = 8192;
}
