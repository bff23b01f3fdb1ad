namespace IscsiMount.Protocol.Pdu;

/// <summary>The header of one kind of PDU: 48 bytes that are read whole and written whole (RFC 7143 §11.2).</summary>
/// <remarks>
/// It lets code that moves PDUs be written once for all kinds without boxing one. Additional header segments, data and
/// digests travel beside the header and not in it.
/// </remarks>
public interface IPdu<TSelf>
    where TSelf : struct, IPdu<TSelf>
{
    static abstract TSelf Read(ReadOnlySpan<byte> source);

    /// <summary>Fills all of <paramref name="destination"/>, which has 48 bytes.</summary>
    void Write(Span<byte> destination);
}
