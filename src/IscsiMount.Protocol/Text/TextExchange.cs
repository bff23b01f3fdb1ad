using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Protocol.Text;

/// <summary>What the owner of a <see cref="TextExchange"/> does next. There are no other cases.</summary>
public abstract record TextStep
{
    private TextStep()
    {
    }

    /// <summary>
    /// Send a Text Request with the InitiatorTaskTag of the exchange and these fields. Numbers are the connection's.
    /// </summary>
    public sealed record Send(
        bool IsFinal, bool Continues, LogicalUnitNumber Lun, uint TargetTransferTag, ReadOnlyMemory<byte> Text)
        : TextStep;

    public sealed record Finished(TextKeys Answer) : TextStep;
}

/// <summary>
/// The initiator's half of one text exchange in the full feature phase (RFC 7143 §11.10, §11.11): a response goes in,
/// the next step comes out. The connection owns it; one exchange at a time is under way on a connection.
/// </summary>
/// <remarks>
/// <code>
///   question           response          step
///   has more pieces    empty             Send (the next piece)
///   has more pieces    anything else     throws ProtocolViolationException
///   is sent            C                 Send (empty, its tag copied)
///   is sent            not F, not C      Send (empty, its tag copied)
///   is sent            F                 Finished
/// </code>
/// </remarks>
/// <param name="question">The keys to send.</param>
/// <param name="segmentLengthMax">MaxRecvDataSegmentLength of the target.</param>
/// <param name="answerLengthMax">LIMIT: bytes of the whole answer.</param>
public sealed class TextExchange(TextKeys question, int segmentLengthMax, int answerLengthMax)
{
    /// <summary>Starts or resets a negotiation (RFC 7143 §11.10.4).</summary>
    private const uint NoTag = uint.MaxValue;

    private readonly TextSplitter _question = new(question, segmentLengthMax);
    private readonly TextAssembler _answer = new(answerLengthMax);
    private int _roundsLeft = RoundsMax(answerLengthMax);

    public TextStep.Send Start() => SendPiece(default, NoTag);

    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public TextStep Receive(in TextResponse response, ReadOnlySpan<byte> text)
    {
        Invariant.Holds(response.DataSegmentLength == text.Length);
        _roundsLeft--;
        Rule.Holds(_roundsLeft >= 0, "RFC 7143 §6.2", "an answer comes in too many pieces");

        if (_question.HasMore)
        {
            Rule.Holds(
                text.IsEmpty && !response.IsFinal, "RFC 7143 §6.1", "the target answers before it was asked all");
            return SendPiece(response.Lun, response.TargetTransferTag);
        }

        // Pairs may be split only where the C bit says so. A text that merely is not the last ends after a pair.
        bool isMore = response.Continues || !response.IsFinal;
        Rule.Holds(
            response.Continues || text.IsEmpty || text[^1] == 0, "RFC 7143 §6.1", "a pair is split without a C bit");
        TextKeys? answer = _answer.Receive(text, isMore);
        return answer is not null
            ? new TextStep.Finished(answer)
            : new TextStep.Send(true, false, response.Lun, response.TargetTransferTag, default);
    }

    private TextStep.Send SendPiece(LogicalUnitNumber lun, uint targetTransferTag)
    {
        ReadOnlyMemory<byte> piece = _question.Next();
        return new(!_question.HasMore, _question.HasMore, lun, targetTransferTag, piece);
    }

    /// <summary>LIMIT: the longest answer, in the smallest pieces that a sane target sends.</summary>
    private static int RoundsMax(int answerLengthMax) => 64 + (answerLengthMax / 256);
}
