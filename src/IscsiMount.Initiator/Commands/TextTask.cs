using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Initiator.Commands;

/// <summary>
/// The async shell of a <see cref="TextExchange"/>: one task of as many requests as the exchange needs.
/// </summary>
internal sealed class TextTask : ControlRequest<TextKeys>
{
    private readonly TextExchange _exchange;
    private TextStep.Send _next;
    private bool _continues;

    public TextTask(TextExchange exchange)
    {
        _exchange = exchange;
        _next = exchange.Start();
    }

    public override bool IsImmediate => false;

    public override bool Continues => _continues;

    public override ReadOnlyMemory<byte> Data => _next.Text;

    /// <summary>Asks nothing, so that the target may say what it wants to negotiate.</summary>
    public static TextTask Empty(SessionParameters parameters) =>
        new(new TextExchange([], parameters.TargetMaxRecvDataSegmentLength, TextAssembler.DefaultLengthMax));

    public override void Write(Span<byte> header, Numbers numbers) => new TextRequest
    {
        IsImmediate = false,
        IsFinal = _next.IsFinal,
        Continues = _next.Continues,
        DataSegmentLength = _next.Text.Length,
        Lun = _next.Lun,
        InitiatorTaskTag = numbers.Tag,
        TargetTransferTag = _next.TargetTransferTag,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        TextStep step = _exchange.Receive(TextResponse.Read(header), data);
        _continues = step is TextStep.Send;
        switch (step)
        {
            case TextStep.Send next:
                _next = next;
                break;

            case TextStep.Finished finished:
                Finish(finished.Answer);
                break;
        }
    }
}
