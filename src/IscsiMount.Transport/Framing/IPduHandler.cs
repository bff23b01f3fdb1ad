namespace IscsiMount.Transport.Framing;

/// <summary>
/// Takes what a <see cref="PduReceiver"/> receives, on the thread that drives it. Nothing here may block.
/// </summary>
public interface IPduHandler
{
    /// <summary>
    /// A header with a data segment has come. Says where the data is to be put: at least <paramref name="length"/>
    /// bytes, which belong to the receiver until the PDU is handed over or the connection is given up; or nothing, and
    /// then the receiver keeps the data itself.
    /// </summary>
    Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length);

    void Handle(in ReceivedPdu pdu);

    /// <summary>All that has come so far was handed over, and the receiver is about to wait.</summary>
    void EndBatch();
}
