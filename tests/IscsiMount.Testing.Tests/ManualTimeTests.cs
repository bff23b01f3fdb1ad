using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class ManualTimeTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _rung = [];

    [Fact]
    public void A_clock_that_nobody_moves_stands_still()
    {
        Assert.Equal(_time.GetUtcNow(), _time.GetUtcNow());
        Assert.False(_time.JumpToNextTimer());
        Assert.Equal(TimeSpan.Zero, _time.Elapsed);
    }

    [Fact]
    public void A_jump_goes_to_the_next_timer_and_not_further()
    {
        using ITimer late = Set("late", 20);
        using ITimer early = Set("early", 10);

        Assert.True(_time.JumpToNextTimer());

        Assert.Equal(["early"], _rung);
        Assert.Equal(TimeSpan.FromSeconds(10), _time.Elapsed);
    }

    [Fact]
    public void Timers_of_one_moment_ring_in_the_order_in_which_they_were_set()
    {
        using ITimer first = Set("first", 5);
        using ITimer second = Set("second", 5);
        first.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["second", "first"], _rung);
    }

    [Fact]
    public void Advancing_rings_each_timer_at_its_own_moment()
    {
        var moments = new List<double>();
        using ITimer periodic = _time.CreateTimer(
            _ => moments.Add(_time.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal([1, 4, 7], moments);
        Assert.Equal(TimeSpan.FromSeconds(8), _time.Elapsed);
    }

    [Fact]
    public void A_disposed_timer_does_not_ring_and_cannot_be_set_again()
    {
        ITimer timer = Set("never", 1);
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(_rung);
        Assert.Equal(0, _time.PendingCount);
    }

    [Fact]
    public void Timestamps_and_dates_move_together()
    {
        long start = _time.GetTimestamp();
        DateTimeOffset date = _time.GetUtcNow();

        _time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(TimeSpan.FromMinutes(3), _time.GetElapsedTime(start));
        Assert.Equal(date.AddMinutes(3), _time.GetUtcNow());
    }

    [Fact]
    public async Task Delays_and_cancellation_of_the_framework_follow_the_clock()
    {
        Task delay = Task.Delay(TimeSpan.FromHours(2), _time, TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(TimeSpan.FromHours(1), _time);

        _time.Advance(TimeSpan.FromMinutes(119));
        Assert.Equal((false, true), (delay.IsCompleted, deadline.IsCancellationRequested));

        _time.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    private ITimer Set(string name, int seconds)
    {
        return _time.CreateTimer(
            _ => _rung.Add(name), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }
}
