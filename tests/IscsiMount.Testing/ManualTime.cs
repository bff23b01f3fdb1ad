namespace IscsiMount.Testing;

/// <summary>A clock that stands still until it is told to move. Timers ring in the order of their moments.</summary>
/// <remarks>
/// It may be used from any thread. A timer rings on the thread that moves the clock, outside of the lock, so what it
/// calls may set timers again.
/// </remarks>
public sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly SortedSet<Alarm> _alarms = new(Alarm.ByMoment);
    private TimeSpan _elapsed;
    private long _alarmsSet;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How far the clock has moved since it was made.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
            {
                return _elapsed;
            }
        }
    }

    /// <summary>How many timers are set and have not rung.</summary>
    public int PendingCount
    {
        get
        {
            lock (_lock)
            {
                return _alarms.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Moves to the moment of the next timer and lets it ring.</summary>
    /// <returns>False if no timer is set: then this clock will never move by itself.</returns>
    public bool JumpToNextTimer() => RingNext(TimeSpan.MaxValue);

    /// <summary>Lets this much time pass. All timers that are due meanwhile ring, each at its own moment.</summary>
    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        TimeSpan end = Elapsed + duration;
        while (RingNext(end))
        {
        }

        lock (_lock)
        {
            _elapsed = end > _elapsed ? end : _elapsed;
        }
    }

    private bool RingNext(TimeSpan last)
    {
        Alarm? next;
        lock (_lock)
        {
            next = _alarms.Min;
            if (next is null || next.Moment > last)
            {
                return false;
            }

            _elapsed = next.Moment > _elapsed ? next.Moment : _elapsed;
            _alarms.Remove(next);
            Set(next, next.Period, next.Period);
        }

        next.Ring();
        return true;
    }

    private void Set(Alarm alarm, TimeSpan dueTime, TimeSpan period)
    {
        _alarms.Remove(alarm);
        alarm.Period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            alarm.Moment = _elapsed + dueTime;
            alarm.Order = _alarmsSet++;
            _alarms.Add(alarm);
        }
    }

    private sealed class Alarm(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        // Alarms of the same moment ring in the order in which they were set.
        public static readonly Comparer<Alarm> ByMoment =
            Comparer<Alarm>.Create((a, b) => (a.Moment, a.Order).CompareTo((b.Moment, b.Order)));

        private bool _isDisposed;

        public TimeSpan Moment { get; set; }

        public TimeSpan Period { get; set; }

        public long Order { get; set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                if (!_isDisposed)
                {
                    time.Set(this, dueTime, period);
                }

                return !_isDisposed;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _isDisposed = true;
                time._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
