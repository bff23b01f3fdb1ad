using System.Threading.Channels;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// What the units of a session tell from the moment on at which the feed was opened. A unit tells its news with the
/// next command that it gets, so somebody who only waits hears of nothing: send TEST UNIT READY now and then.
/// </summary>
public sealed class UnitEventFeed : IDisposable
{
    // LIMIT: a reader that is this far behind loses the oldest, and is told so.
    private const int EventsMax = 256;

    private readonly Channel<UnitEvent> _events;
    private readonly Action<UnitEventFeed> _close;
    private long _missedCount;

    internal UnitEventFeed(Action<UnitEventFeed> close)
    {
        _close = close;
        _events = Channel.CreateBounded<UnitEvent>(
            new BoundedChannelOptions(EventsMax) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _missedCount));
    }

    /// <summary>Events that came faster than they were read, and are lost.</summary>
    public long MissedCount => Interlocked.Read(ref _missedCount);

    /// <summary>Waits for the next event.</summary>
    /// <returns>Nothing when the session is over, or the feed was closed.</returns>
    public async ValueTask<UnitEvent?> NextAsync(CancellationToken cancellationToken)
    {
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_events.Reader.TryRead(out UnitEvent? next))
            {
                return next;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _close(this);
        End();
    }

    internal void Tell(UnitEvent news) => _events.Writer.TryWrite(news);

    internal void End() => _events.Writer.TryComplete();
}
