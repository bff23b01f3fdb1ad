using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// Carries what units tell to all that want to hear it. It is told on receiving threads, and never waits.
/// </summary>
internal sealed class UnitNews
{
    private readonly Lock _lock = new();
    private readonly List<UnitEventFeed> _feeds = [];
    private bool _isOver;

    public UnitEventFeed Open()
    {
        var feed = new UnitEventFeed(Close);
        lock (_lock)
        {
            _feeds.Add(feed);
            if (_isOver)
            {
                feed.End();
            }
        }

        return feed;
    }

    /// <summary>Tells of a unit attention.</summary>
    public UnitEvent Tell(LogicalUnitNumber lun, SenseData sense)
    {
        var news = new UnitEvent(lun, UnitAttention.TopicOf(sense.Additional), sense.Additional);
        lock (_lock)
        {
            _feeds.ForEach(feed => feed.Tell(news));
        }

        return news;
    }

    /// <summary>The session is over.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
            _feeds.ForEach(feed => feed.End());
        }
    }

    private void Close(UnitEventFeed feed)
    {
        lock (_lock)
        {
            _feeds.Remove(feed);
        }
    }
}
