using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Protocol.Transfer;

/// <summary>
/// Follows the data of one read and lets nothing pass that does not belong exactly where the last piece ended. It is a
/// value that counts, kept with the command; nothing is written to the caller's buffer before <see cref="Accept"/>.
/// </summary>
/// <remarks>
/// It is for sessions with DataPDUInOrder and DataSequenceInOrder, which every session of ours has: both are the OR of
/// two wishes, and we wish for them. There each byte comes once and in order.
/// </remarks>
public struct DataInSequence(uint expectedLength, int maxBurstLength)
{
    private readonly uint _expectedLength = expectedLength;
    private readonly uint _maxBurstLength = (uint)maxBurstLength;
    private SerialNumber _nextDataSN;
    private uint _receivedOfBurst;

    /// <summary>Bytes from the beginning of the data that have come. There is no hole in them.</summary>
    public uint Received { get; private set; }

    /// <summary>Takes the header of a PDU, and tells that its data may go to its offset.</summary>
    /// <exception cref="ProtocolViolationException">The data does not belong there.</exception>
    public void Accept(in DataIn pdu)
    {
        uint length = (uint)pdu.DataSegmentLength;

        // Two tests before any text is made: this is the path of every byte that is read.
        bool isNext = pdu.DataSN == _nextDataSN && pdu.BufferOffset == Received;
        bool fits = length <= _expectedLength - Received && length <= _maxBurstLength - _receivedOfBurst;
        if (!isNext || !fits)
        {
            throw Violation(pdu);
        }

        _nextDataSN = _nextDataSN.Next;
        Received += length;
        _receivedOfBurst = pdu.IsFinal ? 0 : _receivedOfBurst + length;
    }

    /// <summary>Ends the sequence by the status in its last PDU.</summary>
    /// <returns>Bytes that the target moved, from the first on. The caller compares them with its need.</returns>
    /// <exception cref="ProtocolViolationException">The target says what cannot be.</exception>
    public readonly uint Conclude(in DataIn last)
    {
        Invariant.Holds(last.HasStatus);
        return Moved(last.Residuals, last.ResidualCount);
    }

    /// <summary>Ends the sequence by a response of its own.</summary>
    /// <returns>Bytes that the target moved, from the first on. The caller compares them with its need.</returns>
    /// <exception cref="ProtocolViolationException">Data is missing, or the target says what cannot be.</exception>
    public readonly uint Conclude(in ScsiResponse response)
    {
        if (response.Response != ServiceResponse.CompletedAtTarget)
        {
            return 0;
        }

        // COMPAT: tgt leaves ExpDataSN at zero in each response. So it counts only where it is more than have come.
        Rule.Holds(
            !_nextDataSN.Precedes(response.ExpDataSN),
            "RFC 7143 §11.4.8", $"the target sent {response.ExpDataSN} Data-In PDUs and {_nextDataSN} have come");
        return Moved(response.Residuals, response.ResidualCount);
    }

    private readonly uint Moved(Residuals residuals, uint residualCount)
    {
        if ((residuals & Residuals.Underflow) == 0)
        {
            return Received;
        }

        Rule.Holds(
            residualCount <= _expectedLength,
            "RFC 7143 §11.4.5", $"{residualCount} of {_expectedLength} bytes were not moved");
        return Math.Min(Received, _expectedLength - residualCount);
    }

    private readonly ProtocolViolationException Violation(in DataIn pdu)
    {
        if (pdu.DataSN != _nextDataSN)
        {
            return new("RFC 7143 §11.7.5", $"DataSN {pdu.DataSN} came where {_nextDataSN} was due");
        }

        if (pdu.BufferOffset != Received)
        {
            return new("RFC 7143 §11.7.6", $"data for offset {pdu.BufferOffset} came where {Received} was due");
        }

        return pdu.DataSegmentLength > _expectedLength - Received
            ? new("RFC 7143 §11.7", $"more data came than the {_expectedLength} bytes that were asked for")
            : new("RFC 7143 §13.13", $"a sequence of Data-In exceeds MaxBurstLength={_maxBurstLength}");
    }
}
