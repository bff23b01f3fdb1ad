using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Answers;

/// <summary>
/// The answer to a SNACK: what the initiator misses is sent again, as it was (RFC 7143 §11.16). What that is, is looked
/// up when it is written: then all that was sent before is known, and nothing of it can go away.
/// </summary>
/// <remarks>
/// <code>
///   SNACK          what is sent again
///   Status         each PDU with a status in the run, with the number that it had
///   Data           the Data-In PDUs of the run, with the segments that they had; with the last one its status
///   R-Data         all data in the segments of today, and a response of its own with the tag of the SNACK
///   any, for what is not kept: acknowledged, or never sent    Reject 04, with the next DataSN
///   Data, in segments that the initiator takes no more        Reject 03
/// </code>
/// </remarks>
/// <param name="snack">The request.</param>
/// <param name="header">All of its header, for a refusal.</param>
internal sealed class Retransmission(SnackRequest snack, ReadOnlyMemory<byte> header) : Answer
{
    private SinglePdu<Reject>? _refusal;
    private SerialNumber _next = snack.BegRun;
    private uint _sentCount;
    private bool _isRestarted;

    public override bool Write(AnswerWriter writer)
    {
        if (_refusal is not null)
        {
            return _refusal.Write(writer);
        }

        return snack.Kind switch
        {
            SnackKind.Status => WriteStatus(writer),
            SnackKind.RData => WriteInNewSegments(writer),
            _ => WriteData(writer),
        };
    }

    public override void Repeat(AnswerWriter writer) => _refusal?.Repeat(writer);

    private bool WriteStatus(AnswerWriter writer)
    {
        while (!IsRunOver(writer.NextStatSN))
        {
            if (!writer.HasRoom)
            {
                return false;
            }

            if (writer.Kept.Find(_next) is not { } missed)
            {
                return Refuse(RejectReason.ProtocolError, default, writer);
            }

            writer.Again(_next, missed);
            Advance();
        }

        return true;
    }

    private bool WriteData(AnswerWriter writer)
    {
        if (writer.Kept.FindReply(snack.InitiatorTaskTag) is not var (statSN, reply))
        {
            return _sentCount > 0 || Refuse(RejectReason.ProtocolError, default, writer);
        }

        if (reply.SegmentLength > writer.MaxSendDataSegmentLength)
        {
            return Refuse(RejectReason.SnackReject, default, writer);
        }

        while (!IsRunOver(new(reply.DataInCount)))
        {
            if (_next.Value >= reply.DataInCount)
            {
                return Refuse(RejectReason.ProtocolError, new(reply.DataInCount), writer);
            }

            if (!writer.HasRoom)
            {
                return false;
            }

            reply.RepeatData(writer, _next.Value, statSN);
            Advance();
        }

        return true;
    }

    private bool WriteInNewSegments(AnswerWriter writer)
    {
        if (writer.Kept.FindReply(snack.InitiatorTaskTag) is not var (statSN, reply))
        {
            return _isRestarted || Refuse(RejectReason.ProtocolError, default, writer);
        }

        if (!_isRestarted)
        {
            _isRestarted = true;
            reply.Restart(snack.TargetTransferTagOrSnackTag);
        }

        return writer.Again(statSN, reply.Write);
    }

    // A run of length 0 goes to the end of what there is, which is at least one.
    private bool IsRunOver(SerialNumber end) => snack.RunLength != 0
        ? _sentCount == snack.RunLength
        : _sentCount > 0 && !_next.Precedes(end);

    private void Advance()
    {
        _next = _next.Next;
        _sentCount++;
    }

    private bool Refuse(RejectReason reason, SerialNumber nextDataSN, AnswerWriter writer)
    {
        _refusal = ControlAnswers.Refusal(reason, header, nextDataSN);
        return _refusal.Write(writer);
    }
}
