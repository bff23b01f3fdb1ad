using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Numbering;

/// <summary>
/// The numbers of the responses on one connection (RFC 7143 §4.2.2.2). The receiving side of the connection owns it.
/// </summary>
/// <param name="first">One more than the StatSN of the last login response.</param>
public sealed class StatusSequence(SerialNumber first)
{
    /// <summary>The number of the next response. Each PDU of ours carries it, to acknowledge those before.</summary>
    public SerialNumber ExpStatSN { get; private set; } = first;

    /// <summary>
    /// Takes the number of a PDU that uses one up: a response of any kind, Data-In with status, the answer to a NOP-Out
    /// of ours, an asynchronous message, a Reject. Not for R2T, Data-In without status, and a NOP-In that asks.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// A response is missing. Below ErrorRecoveryLevel 1 nothing brings it back, so the connection ends.
    /// </exception>
    public void Take(SerialNumber number)
    {
        Rule.Holds(number == ExpStatSN, "RFC 7143 §4.2.2.2", $"StatSN {number} came where {ExpStatSN} was due");
        ExpStatSN = number.Next;
    }
}
