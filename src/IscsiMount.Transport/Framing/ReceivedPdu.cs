namespace IscsiMount.Transport.Framing;

/// <summary>A PDU as it came. All of it is valid until the handler returns, and no longer.</summary>
public readonly ref struct ReceivedPdu
{
    /// <summary>The 48 bytes of the basic header segment.</summary>
    public required ReadOnlySpan<byte> Header { get; init; }

    /// <summary>The additional header segments, with their padding. Usually there are none.</summary>
    public required ReadOnlySpan<byte> Ahs { get; init; }

    /// <summary>The data segment without padding, wherever the handler had it placed.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>
    /// False if a data digest was agreed on and does not match: then the whole PDU counts as not received.
    /// </summary>
    public required bool IsDataIntact { get; init; }

    public byte Opcode => (byte)(Header[0] & 0x3F);
}
