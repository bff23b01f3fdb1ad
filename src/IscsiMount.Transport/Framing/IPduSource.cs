namespace IscsiMount.Transport.Framing;

/// <summary>
/// Has what a <see cref="PduSender"/> sends. Its methods are called by one thread at a time, which varies.
/// </summary>
public interface IPduSource
{
    /// <summary>
    /// Adds PDUs until the batch has no room or nothing may be sent now. They are sent in this order. The form of PDUs
    /// (<see cref="PduBatch.Framing"/>) is the source's to set, and stays until it is set again.
    /// </summary>
    void Fill(PduBatch batch);

    /// <summary>
    /// The last batch was handed to the system as a whole: the memory that it referred to is free again.
    /// </summary>
    void EndBatch();

    /// <summary>
    /// The connection was lost in sending (<see cref="ConnectionLostException"/>), or the source itself failed with
    /// what is a bug. Nothing more is sent.
    /// </summary>
    void Fail(Exception fault);
}
