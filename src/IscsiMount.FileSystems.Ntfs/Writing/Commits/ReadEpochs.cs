namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>
/// Knows which reads of content are under way. Clusters that were freed are handed out again only when no read is under
/// way that may have looked up where they were.
/// </summary>
internal sealed class ReadEpochs
{
    // The lock guards all below. It is held for some instructions, and nothing is called under it.
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, int> _readers = [];
    private readonly Queue<(long Epoch, FreedSpace Freed)> _waiting = new();
    private long _epoch;

    /// <summary>A read begins. It gives the number back when it ends.</summary>
    public long Enter()
    {
        lock (_lock)
        {
            _readers[_epoch] = _readers.GetValueOrDefault(_epoch) + 1;
            return _epoch;
        }
    }

    public void Leave(long epoch)
    {
        lock (_lock)
        {
            int left = _readers[epoch] - 1;
            _readers[epoch] = left;
            if (left == 0)
            {
                _readers.Remove(epoch);
            }
        }
    }

    /// <summary>Nothing on the medium refers to this any more; only reads that are under way may.</summary>
    public void Retire(FreedSpace freed)
    {
        lock (_lock)
        {
            _waiting.Enqueue((_epoch, freed));
            _epoch++;
        }
    }

    /// <summary>The next of what nobody can refer to any more, or nothing.</summary>
    public FreedSpace? TryTake()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            long oldest = _readers.Count == 0 ? long.MaxValue : _readers.First().Key;
            return _waiting.Peek().Epoch < oldest ? _waiting.Dequeue().Freed : null;
        }
    }
}
