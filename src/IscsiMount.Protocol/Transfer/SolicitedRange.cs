using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Protocol.Transfer;

/// <summary>
/// Follows the R2Ts of one write and lets none pass that asks for data which the command does not have. It is a value
/// that counts, kept with the command.
/// </summary>
public struct SolicitedRange(uint expectedLength)
{
    private readonly uint _expectedLength = expectedLength;
    private SerialNumber _nextR2TSN;

    /// <summary>Takes an R2T. Afterwards its range may be sent.</summary>
    /// <exception cref="ProtocolViolationException">The R2T asks for what may not be asked for.</exception>
    public void Accept(in ReadyToTransfer pdu, SessionParameters parameters)
    {
        Rule.Holds(
            pdu.R2TSN == _nextR2TSN, "RFC 7143 §11.8.2", $"R2TSN {pdu.R2TSN} came where {_nextR2TSN} was due");
        Rule.Holds(
            pdu.DesiredDataTransferLength <= (uint)parameters.MaxBurstLength,
            "RFC 7143 §11.8.4", $"an R2T asks for {pdu.DesiredDataTransferLength} bytes, more than MaxBurstLength");
        Rule.Holds(
            pdu.BufferOffset <= _expectedLength
            && pdu.DesiredDataTransferLength <= _expectedLength - pdu.BufferOffset,
            "RFC 7143 §11.8.4", $"an R2T reaches beyond the {_expectedLength} bytes of its command");

        _nextR2TSN = _nextR2TSN.Next;
    }
}
