using IscsiMount.Primitives;
using IscsiMount.Protocol.Numbering;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Numbering;

public sealed class CommandWindowTests
{
    [Fact, Rfc7143("4.2.2.1"), Requirement("NUM-01", "NUM-03")]
    public void Numbers_are_taken_one_after_the_other_until_the_window_is_closed()
    {
        CommandWindow window = Window(next: 7, expected: 7, maximum: 8);

        Assert.Equal(new SerialNumber(7), window.Take());
        Assert.Equal(new SerialNumber(8), window.Take());

        Assert.Null(window.Available);
        Assert.Equal(new SerialNumber(9), window.Next);
        Assert.Throws<InvariantViolationException>(() => window.Take());
    }

    [Fact, Requirement("NUM-03")]
    public void A_window_that_moves_on_opens()
    {
        CommandWindow window = Window(next: 7, expected: 7, maximum: 6);
        Assert.Null(window.Available);

        window.Learn(new(7), new(7));

        Assert.Equal(new SerialNumber(7), window.Available);
    }

    [Fact, Requirement("NUM-04")]
    public void A_pair_that_contradicts_itself_is_not_believed()
    {
        CommandWindow window = Window(next: 7, expected: 7, maximum: 8);

        window.Learn(expected: new(20), maximum: new(18));
        Assert.Equal(new SerialNumber(7), window.Available);
        Assert.False(window.IsAcknowledged(new(7)));

        window.Learn(expected: new(8), maximum: new(7));
        Assert.True(window.IsAcknowledged(new(7)));
    }

    [Fact, Requirement("NUM-04")]
    public void Old_news_do_not_move_the_window_back()
    {
        CommandWindow window = Window(next: 9, expected: 9, maximum: 20);

        window.Learn(new(5), new(10));

        window.Take();
        window.Take();
        Assert.Equal(new SerialNumber(11), window.Available);
    }

    [Fact, Requirement("NUM-04")]
    public void The_window_goes_around_zero()
    {
        CommandWindow window = Window(next: 0xFFFF_FFFF, expected: 0xFFFF_FFFF, maximum: 0xFFFF_FFFF);
        window.Take();
        Assert.Null(window.Available);

        window.Learn(new(0), new(1));

        Assert.Equal(new SerialNumber(0), window.Take());
        Assert.Equal(new SerialNumber(1), window.Take());
        Assert.True(window.IsAcknowledged(new(0xFFFF_FFFF)));
        Assert.False(window.IsAcknowledged(new(0)));
    }

    [Theory, Seeds(200), Requirement("NUM-03", "NUM-04")]
    public void News_in_any_order_open_the_window_as_far_as_the_farthest(int seed)
    {
        var chance = new Random(seed);
        uint first = (uint)chance.NextInt64(0x1_0000_0000);
        SerialNumber At(int distance) => new(unchecked(first + (uint)distance));
        CommandWindow window = Window(first, first, unchecked(first - 1));
        int[] news = [.. Enumerable.Range(0, 30)];
        chance.Shuffle(news);

        foreach (int distance in news)
        {
            window.Learn(At(0), At(distance));
        }

        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(At(i), window.Take());
        }

        Assert.Null(window.Available);
    }

    private static CommandWindow Window(uint next, uint expected, uint maximum) =>
        new(new(next), new(expected), new(maximum));
}
