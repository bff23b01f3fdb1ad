using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Text;

public sealed class TextAssemblerTests
{
    [Fact, Requirement("LOGIN-11", "TEXT-04")]
    public void A_pair_may_be_split_anywhere()
    {
        var assembler = new TextAssembler();

        Assert.Null(assembler.Receive("Initia"u8, continues: true));
        Assert.True(assembler.IsIncomplete);
        Assert.Null(assembler.Receive("lR2T=N"u8, continues: true));
        TextKeys? keys = assembler.Receive("o\0"u8, continues: false);

        Assert.Equal([new("InitialR2T", "No")], keys);
        Assert.False(assembler.IsIncomplete);
    }

    [Fact]
    public void The_next_text_begins_empty()
    {
        var assembler = new TextAssembler();
        assembler.Receive("A=1\0"u8, continues: false);

        Assert.Equal([new("B", "2")], assembler.Receive("B=2\0"u8, continues: false));
        Assert.Equal([], assembler.Receive([], continues: false));
    }

    [Fact, Requirement("LOGIN-11")]
    public void A_text_is_taken_up_to_its_limit_and_not_beyond()
    {
        var assembler = new TextAssembler(lengthMax: 8192);
        byte[] half = [.. "A="u8, .. new byte[4094]];
        half.AsSpan(2).Fill((byte)'x');

        Assert.Null(assembler.Receive(half, continues: true));
        Assert.Null(assembler.Receive(half, continues: true));
        Assert.Throws<ProtocolViolationException>(() => assembler.Receive("\0"u8, continues: false));
    }
}
