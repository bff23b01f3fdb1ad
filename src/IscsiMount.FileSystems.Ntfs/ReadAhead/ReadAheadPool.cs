using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.ReadAhead;

/// <summary>
/// The memory of a volume for what is read ahead: equal buffers up to a bound. Streams that read share it evenly; when
/// it is used up, the stream that has been idle longest gives its part back.
/// </summary>
internal sealed class ReadAheadPool
{
    private const int ChunkSizeMin = 64 * 1024;
    private const int ChunkSizeMax = 1024 * 1024;

    private readonly long _bytesMax;
    private readonly int _windowMax;

    // ORDER: a stream may take this lock under its own. Nothing is called under it, streams least of all.
    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();
    private readonly LinkedList<StreamAhead> _holders = new();
    private readonly TaskCompletionSource _idle = new();
    private long _allocated;
    private int _underWay;
    private bool _isStopping;

    /// <param name="transferSize">What the device reads best at once.</param>
    /// <param name="windowMax">How far one stream is read ahead at most.</param>
    /// <param name="bytesMax">What all streams may hold together.</param>
    public ReadAheadPool(int transferSize, int windowMax, long bytesMax)
    {
        ChunkSize = ChunkSizeMin;
        while (ChunkSize < Math.Min(transferSize, ChunkSizeMax))
        {
            ChunkSize *= 2;
        }

        _windowMax = windowMax;
        _bytesMax = bytesMax;
    }

    public int ChunkSize { get; }

    /// <summary>Whether anything is read ahead at all.</summary>
    public bool IsEnabled => _windowMax >= ChunkSize && _bytesMax >= ChunkSize;

    /// <summary>How far a stream may be read ahead now, given how many share the memory.</summary>
    public int Window
    {
        get
        {
            lock (_lock)
            {
                return (int)Math.Min(_windowMax, _bytesMax / Math.Max(1, _holders.Count));
            }
        }
    }

    /// <summary>Bytes of all buffers, in use or not.</summary>
    public long AllocatedBytes
    {
        get
        {
            lock (_lock)
            {
                return _allocated;
            }
        }
    }

    /// <summary>A buffer for a stream, which must not hold its own lock; null if there is none to be had.</summary>
    public byte[]? TryRent(StreamAhead holder)
    {
        if (TryTake(holder, out StreamAhead? victim) is { } buffer)
        {
            return buffer;
        }

        victim?.Drop();
        return victim is null ? null : TryTake(holder, out _);
    }

    public void Return(byte[] buffer)
    {
        lock (_lock)
        {
            _free.Push(buffer);
        }
    }

    /// <summary>Forgets a stream that holds nothing any more.</summary>
    public void Leave(StreamAhead holder)
    {
        lock (_lock)
        {
            _holders.Remove(holder);
        }
    }

    /// <summary>Whether a read may begin; each that did must be ended.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            _underWay += _isStopping ? 0 : 1;
            return !_isStopping;
        }
    }

    public void End()
    {
        bool isLast;
        lock (_lock)
        {
            Invariant.Holds(_underWay > 0);
            _underWay--;
            isLast = _isStopping && _underWay == 0;
        }

        if (isLast)
        {
            _idle.TrySetResult();
        }
    }

    /// <summary>Begins nothing more, and ends when what is under way has ended.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
            return _underWay == 0 ? Task.CompletedTask : _idle.Task;
        }
    }

    private byte[]? TryTake(StreamAhead holder, out StreamAhead? victim)
    {
        lock (_lock)
        {
            // The most recent one stands last; the list has a handful of entries.
            _holders.Remove(holder);
            victim = _holders.First?.Value;
            _holders.AddLast(holder);
            if (_free.TryPop(out byte[]? buffer))
            {
                return buffer;
            }

            if (_allocated + ChunkSize > _bytesMax)
            {
                return null;
            }

            _allocated += ChunkSize;
        }

        // Pinned, since the device hands it to the kernel; made once, used for the life of the volume.
        return GC.AllocateUninitializedArray<byte>(ChunkSize, pinned: true);
    }
}
