using IscsiMount.Cli.Output;
using IscsiMount.Control;
using Xunit;

namespace IscsiMount.Cli.Tests.Output;

public sealed class OutputTextTests
{
    [Fact]
    public void A_problem_says_what_why_and_what_next()
    {
        string text = ProblemText.Format(Problem.Of(ErrorCode.NoVolume, "What.", "Why.", "Next."));

        Assert.Equal(["iscsimount: What.", "  why:  Why.", "  next: Next.", ""], text.Split('\n'));
    }

    [Fact]
    public void The_words_of_a_target_cannot_steer_the_terminal()
    {
        string text = ProblemText.Format(Problem.Of(ErrorCode.LoginRefused, "No.", "\u001b]0;owned\u0007\u009b31m"));

        Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public void Off_a_terminal_a_table_is_plain_aligned_columns()
    {
        var table = new TextTable("A", "LONG");
        table.Add("wide one", "x");
        table.Add("", "y\t");
        using var text = new StringWriter();

        table.Write(text, isTerminal: false);

        Assert.Equal(["A         LONG", "wide one  x", "          y?", ""], text.ToString().Split('\n'));
    }

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1536L, "1.5 KiB")]
    [InlineData(2L << 30, "2.0 GiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    [InlineData(null, "")]
    public void A_size_has_a_unit(long? bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
