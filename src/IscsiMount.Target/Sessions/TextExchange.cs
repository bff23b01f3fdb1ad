using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Target.Sessions;

/// <summary>What is to be done after a text request. There are no other cases.</summary>
internal abstract record TextStep
{
    private TextStep()
    {
    }

    /// <summary>A response, whose numbers are still to be given.</summary>
    public sealed record Respond(TextResponse Response, ReadOnlyMemory<byte> Text) : TextStep;

    public sealed record Refuse(RejectReason Reason) : TextStep;
}

/// <summary>
/// The target's half of text requests in the full feature phase (RFC 7143 §11.10, §11.11). The connection owns it.
/// </summary>
/// <remarks>
/// <code>
///   request                                    step
///   tag FFFFFFFF                               what was there before is dropped, a new exchange begins
///   another tag than that of the exchange      Refuse 09
///   C                                          Respond empty, not final
///   the text is complete                       its answer is made, then as below
///   pieces of an answer are left               Respond with the next; final if it is the last, and the request was
///   nothing is left                            Respond empty, final if the request was
///   the text is no list of pairs, too long     Refuse 04
/// </code>
/// </remarks>
/// <param name="answer">Makes the answer to a text. Null means that it breaks a rule.</param>
/// <param name="textSizeMax">LIMIT: the most bytes of one text.</param>
internal sealed class TextExchange(Func<TextKeys, TextKeys?> answer, int textSizeMax)
{
    private const uint NoTag = uint.MaxValue;

    private TextAssembler _incoming = new(textSizeMax);
    private readonly Queue<ReadOnlyMemory<byte>> _outgoing = new();
    private uint _initiatorTaskTag;
    private uint _targetTransferTag;
    private bool _isOpen;

    /// <param name="request">The request.</param>
    /// <param name="segment">Its text.</param>
    /// <param name="segmentLengthMax">The most that the initiator accepts in one PDU.</param>
    public TextStep Receive(in TextRequest request, ReadOnlySpan<byte> segment, int segmentLengthMax)
    {
        if (request.TargetTransferTag == NoTag)
        {
            Begin(request);
        }
        else if (!_isOpen || request.TargetTransferTag != _targetTransferTag
            || request.InitiatorTaskTag != _initiatorTaskTag)
        {
            return new TextStep.Refuse(RejectReason.InvalidPduField);
        }

        try
        {
            return Continue(request, segment, segmentLengthMax);
        }
        catch (ProtocolViolationException)
        {
            _isOpen = false;
            return new TextStep.Refuse(RejectReason.ProtocolError);
        }
    }

    private void Begin(in TextRequest request)
    {
        _incoming = new TextAssembler(textSizeMax);
        _outgoing.Clear();
        _initiatorTaskTag = request.InitiatorTaskTag;
        _targetTransferTag = _targetTransferTag == NoTag - 1 ? 0 : _targetTransferTag + 1;
        _isOpen = true;
    }

    private TextStep Continue(in TextRequest request, ReadOnlySpan<byte> segment, int segmentLengthMax)
    {
        if (_outgoing.Count == 0)
        {
            if (_incoming.Receive(segment, request.Continues) is not { } keys)
            {
                return Respond(request, default, isFinal: false);
            }

            if (answer(keys) is not { } answers)
            {
                _isOpen = false;
                return new TextStep.Refuse(RejectReason.ProtocolError);
            }

            var splitter = new TextSplitter(answers, segmentLengthMax);
            while (splitter.HasMore)
            {
                _outgoing.Enqueue(splitter.Next());
            }
        }

        ReadOnlyMemory<byte> piece = _outgoing.Dequeue();
        return Respond(request, piece, isFinal: request.IsFinal && _outgoing.Count == 0);
    }

    private TextStep.Respond Respond(in TextRequest request, ReadOnlyMemory<byte> piece, bool isFinal)
    {
        _isOpen = !isFinal;
        var response = new TextResponse
        {
            IsFinal = isFinal,
            Continues = _outgoing.Count > 0,
            DataSegmentLength = piece.Length,
            Lun = request.Lun,
            InitiatorTaskTag = request.InitiatorTaskTag,
            TargetTransferTag = isFinal ? NoTag : _targetTransferTag,
            StatSN = default,
            ExpCmdSN = default,
            MaxCmdSN = default,
        };
        return new TextStep.Respond(response, piece);
    }
}
