using System.Text;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Text;

public sealed class TextExchangeTests
{
    private const uint NoTag = uint.MaxValue;

    private static readonly TextKeys All = new() { { "SendTargets", "All" } };

    [Fact, Requirement("TEXT-01", "DISC-07")]
    public void A_short_question_is_one_final_request()
    {
        TextStep.Send step = Exchange().Start();

        Assert.Equal((true, false, NoTag), (step.IsFinal, step.Continues, step.TargetTransferTag));
        Assert.Equal("SendTargets=All\0"u8, step.Text.Span);
    }

    [Fact]
    public void A_final_response_ends_the_exchange()
    {
        TextStep step = Receive(Started(), "TargetName=iqn.a\0", isFinal: true);

        Assert.Equal([new("TargetName", "iqn.a")], Assert.IsType<TextStep.Finished>(step).Answer);
    }

    [Fact, Requirement("TEXT-02", "DISC-06")]
    public void A_partial_answer_is_continued_with_its_tag_and_lun()
    {
        TextExchange exchange = Started();

        TextStep step = Receive(exchange, "TargetName=iqn.a\0", isFinal: false, tag: 0x77);
        var send = Assert.IsType<TextStep.Send>(step);
        Assert.Equal((true, false, 0x77u), (send.IsFinal, send.Continues, send.TargetTransferTag));
        Assert.Equal(LogicalUnitNumber.FromIndex(3), send.Lun);
        Assert.True(send.Text.IsEmpty);

        step = Receive(exchange, "TargetName=iqn.b\0", isFinal: true);
        Assert.Equal(2, Assert.IsType<TextStep.Finished>(step).Answer.Count);
    }

    [Fact, Requirement("TEXT-04")]
    public void A_pair_split_by_the_c_bit_is_put_together()
    {
        TextExchange exchange = Started();

        Receive(exchange, "TargetName=iq", isFinal: false, continues: true, tag: 0x77);
        TextStep step = Receive(exchange, "n.a\0", isFinal: true);

        Assert.Equal([new("TargetName", "iqn.a")], Assert.IsType<TextStep.Finished>(step).Answer);
    }

    [Fact, Requirement("TEXT-04")]
    public void A_pair_split_without_the_c_bit_is_a_violation()
    {
        Assert.Throws<ProtocolViolationException>(
            () => Receive(Started(), "TargetName=iq", isFinal: false, continues: false, tag: 0x77));
    }

    [Fact, Requirement("TEXT-04")]
    public void A_long_question_goes_in_pieces_each_asked_for_by_an_empty_response()
    {
        var exchange = new TextExchange(All, segmentLengthMax: 10, answerLengthMax: 1000);

        TextStep.Send first = exchange.Start();
        Assert.Equal((false, true, 10), (first.IsFinal, first.Continues, first.Text.Length));

        var second = Assert.IsType<TextStep.Send>(Receive(exchange, "", isFinal: false, tag: 5));
        Assert.Equal((true, false, 5u), (second.IsFinal, second.Continues, second.TargetTransferTag));
        Assert.Equal("s=All\0"u8, second.Text.Span);

        Assert.IsType<TextStep.Finished>(Receive(exchange, "", isFinal: true));
    }

    [Fact]
    public void An_answer_before_the_end_of_the_question_is_a_violation()
    {
        var exchange = new TextExchange(All, segmentLengthMax: 10, answerLengthMax: 1000);
        exchange.Start();

        Assert.Throws<ProtocolViolationException>(() => Receive(exchange, "A=1\0", isFinal: false, tag: 5));
    }

    [Theory]
    [InlineData(1021)]
    [InlineData(-1)]
    public void An_answer_without_end_is_bounded_in_bytes_and_in_pieces(int valueLength)
    {
        TextExchange endless = Started();
        string piece = valueLength < 0 ? "" : $"A={new string('x', valueLength)}\0";

        var violation = Assert.Throws<ProtocolViolationException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                Receive(endless, piece, isFinal: false, tag: 5);
            }
        });

        Assert.Contains("RFC 7143 §6", violation.Rule, StringComparison.Ordinal);
    }

    private static TextExchange Exchange() => new(All, segmentLengthMax: 8192, answerLengthMax: 8192);

    private static TextExchange Started()
    {
        TextExchange exchange = Exchange();
        exchange.Start();
        return exchange;
    }

    private static TextStep Receive(
        TextExchange exchange, string text, bool isFinal, bool continues = false, uint tag = NoTag)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var response = new TextResponse
        {
            IsFinal = isFinal,
            Continues = continues,
            DataSegmentLength = bytes.Length,
            Lun = LogicalUnitNumber.FromIndex(3),
            InitiatorTaskTag = 1,
            TargetTransferTag = tag,
            StatSN = new(1),
            ExpCmdSN = new(1),
            MaxCmdSN = new(1),
        };
        return exchange.Receive(response, bytes);
    }
}
