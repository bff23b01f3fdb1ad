using IscsiMount.Primitives;
using IscsiMount.Target.Sessions;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Sessions;

public sealed class CommandSequencerTests
{
    private static readonly SerialNumber First = new(uint.MaxValue - 1);   // so that the numbers wrap

    [Fact, Requirement("NUM-02")]
    public void The_window_begins_at_the_number_of_the_login()
    {
        var sequencer = new CommandSequencer<string>(First, 4);

        Assert.Equal((First, Number(3)), (sequencer.Expected, sequencer.Maximum));
    }

    [Fact, Requirement("NUM-08")]
    public void Commands_come_out_in_the_order_of_their_numbers()
    {
        var sequencer = new CommandSequencer<string>(First, 4);
        var delivered = new List<string>();

        foreach (int index in (int[])[2, 1, 0, 3])
        {
            if (sequencer.Place(Number(index), $"{index}") == CommandPlace.Next)
            {
                delivered.Add($"{index}");
            }

            while (sequencer.TakeHeld() is { } held)
            {
                delivered.Add(held);
            }
        }

        Assert.Equal(["0", "1", "2", "3"], delivered);
    }

    [Fact, Requirement("NUM-08")]
    public void A_hole_is_not_acknowledged()
    {
        var sequencer = new CommandSequencer<string>(First, 4);

        sequencer.Place(Number(1), "1");
        sequencer.Place(Number(3), "3");

        Assert.Equal(First, sequencer.Expected);
        Assert.Null(sequencer.TakeHeld());
    }

    [Theory, Requirement("NUM-06")]
    [InlineData(-1)]    // before the window: a duplicate
    [InlineData(0)]     // received
    [InlineData(2)]     // held
    [InlineData(4)]     // behind the window
    public void What_is_here_already_or_outside_the_window_is_ignored(int index)
    {
        var sequencer = new CommandSequencer<string>(First, 4);
        sequencer.Place(Number(0), "0");
        sequencer.Place(Number(2), "2");

        Assert.Equal(CommandPlace.Ignored, sequencer.Place(Number(index), "again"));
    }

    [Fact, Requirement("NUM-05")]
    public void A_full_window_is_closed_and_each_answer_opens_one_place()
    {
        var sequencer = new CommandSequencer<string>(First, 2);
        sequencer.Place(Number(0), "0");
        sequencer.Place(Number(1), "1");
        Assert.Equal(sequencer.Expected.Previous, sequencer.Maximum);

        sequencer.Release();

        Assert.Equal(sequencer.Expected, sequencer.Maximum);
        Assert.Equal(CommandPlace.Next, sequencer.Place(Number(2), "2"));
        Assert.Equal(CommandPlace.Ignored, sequencer.Place(Number(3), "3"));
    }

    [Theory, Seeds(100), Requirement("NUM-05")]
    public void The_window_never_shrinks_and_never_exceeds_its_width(int seed)
    {
        var chance = new Random(seed);
        int width = chance.Next(1, 9);
        var sequencer = new CommandSequencer<string>(First, width);
        uint maximum = sequencer.Maximum.Value;

        for (int step = 0; step < 300; step++)
        {
            int ahead = chance.Next(-2, width + 2);
            sequencer.Place(new SerialNumber(unchecked(sequencer.Expected.Value + (uint)ahead)), "command");
            while (chance.Next(2) == 0 && sequencer.TakeHeld() is not null)
            {
            }

            if (chance.Next(2) == 0 && sequencer.UnderWayCount > 0)
            {
                sequencer.Release();
            }

            int open = unchecked((int)(sequencer.Maximum.Value - sequencer.Expected.Value)) + 1;
            Assert.InRange(open, 0, width);
            Assert.True(unchecked((int)(sequencer.Maximum.Value - maximum)) >= 0);
            maximum = sequencer.Maximum.Value;
        }
    }

    private static SerialNumber Number(int index) => new(unchecked(First.Value + (uint)index));
}
