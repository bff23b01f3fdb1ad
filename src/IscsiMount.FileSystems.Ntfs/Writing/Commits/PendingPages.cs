using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>
/// What was changed and is not on the device yet: the group that collects changes, and before it the one that is being
/// written. Readers see both over the device.
/// </summary>
/// <remarks>
/// One lock guards the sets, the version and what is published with them; nothing waits while it is held. A change is
/// published as a whole under the lock and counts the version up, so a reader that saw one version at its beginning and
/// at its end has seen no half of a change.
/// </remarks>
internal sealed class PendingPages
{
    private readonly Lock _lock = new();
    private PageSet _current = new();
    private PageSet? _committing;
    private long _version;

    /// <summary>How many changes were published.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>Bytes of the pages that wait for the next commit.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (_lock)
            {
                return _current.SizeBytes;
            }
        }
    }

    /// <summary>The pages with bytes in a range, in the order in which they cover each other.</summary>
    public List<PendingPage>? FindWithin(long offset, long length)
    {
        List<PendingPage>? found = null;
        lock (_lock)
        {
            _committing?.CollectWithin(offset, length, ref found);
            _current.CollectWithin(offset, length, ref found);
        }

        return found;
    }

    /// <summary>Publishes a change: its pages, and what its readers are to find in memory.</summary>
    /// <param name="freed">Ranges of the device whose clusters the change freed.</param>
    /// <param name="pages">What it wants written.</param>
    /// <param name="publish">Brings the caches up to date. It is called under the lock.</param>
    public void Publish(IEnumerable<(long Offset, long Length)> freed, List<PendingPage> pages, Action publish)
    {
        lock (_lock)
        {
            // A page of freed clusters must not be written: a recovery would bring it back over what is there by then.
            foreach ((long offset, long length) in freed)
            {
                _current.RemoveWithin(offset, length);
            }

            foreach (PendingPage page in pages)
            {
                _current.Put(page);
            }

            publish();
            _version++;
        }
    }

    /// <summary>Keeps what a reader has read in a cache, unless something has changed since it began.</summary>
    public T KeepIfCurrent<T>(long seen, Func<T> keep, T value)
    {
        lock (_lock)
        {
            return _version == seen ? keep() : value;
        }
    }

    /// <summary>Closes the group that collects changes and opens the next.</summary>
    public PageSet Freeze()
    {
        lock (_lock)
        {
            Invariant.Holds(_committing is null);
            _committing = _current;
            _current = new PageSet();
            return _committing;
        }
    }

    /// <summary>Forgets the closed group, which is on the device now.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _committing = null;
        }
    }
}
