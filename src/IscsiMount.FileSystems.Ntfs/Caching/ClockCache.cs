using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace IscsiMount.FileSystems.Ntfs.Caching;

/// <summary>
/// A map that holds values up to a number of bytes and forgets those that were not asked for lately. A hit takes no
/// lock and marks the value as used; the eviction passes over marked values once (the clock algorithm).
/// </summary>
internal sealed class ClockCache<TKey, TValue>(long bytesMax, IEqualityComparer<TKey> comparer)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Slot> _slots = new(comparer);

    // The lock guards the queue and the sum. It is taken to insert, never to look up, and nothing is called under it.
    private readonly Lock _lock = new();
    private readonly Queue<Slot> _clock = new();
    private long _bytes;

    public ClockCache(long bytesMax)
        : this(bytesMax, EqualityComparer<TKey>.Default)
    {
    }

    /// <summary>The bytes that the values in the cache were said to take.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) =>
        TryUse(_slots.TryGetValue(key, out Slot? slot) ? slot : null, out value);

    /// <summary>Looks up by another form of the key, which the comparer knows to compare.</summary>
    public bool TryGetBy<TAlternate>(TAlternate key, [MaybeNullWhen(false)] out TValue value)
        where TAlternate : notnull, allows ref struct
        => TryUse(_slots.GetAlternateLookup<TAlternate>().TryGetValue(key, out Slot? slot) ? slot : null, out value);

    /// <summary>Adds a value, unless there is one: then that one stays, and is returned.</summary>
    public TValue Add(TKey key, TValue value, int bytes)
    {
        var slot = new Slot(key, value, bytes);
        Slot present = _slots.GetOrAdd(key, slot);
        if (!ReferenceEquals(present, slot))
        {
            return present.Value;
        }

        lock (_lock)
        {
            // Who removed it before it was counted has taken it out for good.
            if (_slots.TryGetValue(key, out Slot? current) && ReferenceEquals(current, slot))
            {
                slot.IsCounted = true;
                _clock.Enqueue(slot);
                _bytes += slot.Bytes;
                Evict();
            }
        }

        return value;
    }

    /// <summary>Puts a value in the place of the one that may be there.</summary>
    public void Replace(TKey key, TValue value, int bytes)
    {
        Remove(key);
        Add(key, value, bytes);
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            // The slot stays in the clock until its turn, and counts for nothing.
            if (_slots.TryRemove(key, out Slot? slot) && slot.IsCounted)
            {
                _bytes -= slot.Bytes;
                slot.Bytes = 0;
            }
        }
    }

    /// <summary>Counts more bytes for a value that has grown since it was added.</summary>
    public void Grow(TKey key, int bytes)
    {
        lock (_lock)
        {
            // A slot that was evicted meanwhile is not in the sum any more.
            if (_slots.TryGetValue(key, out Slot? slot) && slot.IsCounted)
            {
                slot.Bytes += bytes;
                _bytes += bytes;
                Evict();
            }
        }
    }

    private static bool TryUse(Slot? slot, [MaybeNullWhen(false)] out TValue value)
    {
        if (slot is null)
        {
            value = null;
            return false;
        }

        slot.WasUsed = true;
        value = slot.Value;
        return true;
    }

    private void Evict()
    {
        // LIMIT: one turn of the clock clears every mark, so two turns always find a victim.
        int steps = _clock.Count * 2;
        while (_bytes > bytesMax && steps > 0 && _clock.TryDequeue(out Slot? slot))
        {
            steps--;
            if (slot.WasUsed)
            {
                slot.WasUsed = false;
                _clock.Enqueue(slot);
                continue;
            }

            slot.IsCounted = false;
            _bytes -= slot.Bytes;
            _slots.TryRemove(new KeyValuePair<TKey, Slot>(slot.Key, slot));
        }
    }

    private sealed class Slot(TKey key, TValue value, int bytes)
    {
        // A race between two hits, or a hit and the clock, costs a value its second chance at worst.
        private volatile bool _wasUsed;

        public TKey Key { get; } = key;

        public TValue Value { get; } = value;

        public int Bytes { get; set; } = bytes;

        public bool IsCounted { get; set; }

        public bool WasUsed
        {
            get => _wasUsed;
            set
            {
                // Most hits find the mark set. Then the cache line stays shared between the cores.
                if (_wasUsed != value)
                {
                    _wasUsed = value;
                }
            }
        }
    }
}
