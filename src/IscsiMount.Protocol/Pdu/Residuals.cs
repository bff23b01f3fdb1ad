namespace IscsiMount.Protocol.Pdu;

/// <summary>By which way the data moved differs from the data expected: bits of byte 1 (RFC 7143 §11.4.1).</summary>
[Flags]
public enum Residuals : byte
{
    None = 0,

    /// <summary>U: fewer bytes than expected were moved.</summary>
    Underflow = 0x02,

    /// <summary>O: more bytes were there than the initiator had room for.</summary>
    Overflow = 0x04,

    /// <summary>u: as <see cref="Underflow"/>, for the read part of a bidirectional command.</summary>
    BidirectionalReadUnderflow = 0x08,

    /// <summary>o: as <see cref="Overflow"/>, for the read part of a bidirectional command.</summary>
    BidirectionalReadOverflow = 0x10,
}

/// <summary>What holds for <see cref="Residuals"/> as a set.</summary>
public static class ResidualRules
{
    private const Residuals Both = Residuals.Underflow | Residuals.Overflow;

    private const Residuals BothOfRead =
        Residuals.BidirectionalReadUnderflow | Residuals.BidirectionalReadOverflow;

    /// <summary>Whether the same data is said to be both too much and too little.</summary>
    public static bool Contradict(this Residuals flags) =>
        (flags & Both) == Both || (flags & BothOfRead) == BothOfRead;
}
