namespace IscsiMount.Transport.Framing;

/// <summary>How one round of receiving ended.</summary>
public enum ReceiveOutcome
{
    /// <summary>There may be more.</summary>
    Continues,

    /// <summary>The peer has ended the connection between two PDUs.</summary>
    Ended,

    /// <summary>
    /// A header does not match its digest. Nobody knows where the next PDU begins, so the connection is of no use any
    /// more (RFC 7143 §7.7).
    /// </summary>
    HeaderDigestMismatch,
}
