using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.ReadAhead;

/// <summary>
/// Watches how one stream is read, and while that is from front to back reads ahead of it: a window that doubles with
/// each step until the device is busy all the time. A jump elsewhere drops it all.
/// </summary>
/// <remarks>
/// Several reads may be under way, and may come a little out of order, as those of a kernel that reads ahead itself do.
/// </remarks>
internal sealed class StreamAhead(StreamMap map, ExtentReader reader, ReadAheadPool pool, CancellationToken lifetime)
{
    private const int WindowMin = 128 * 1024;

    // LIMIT: reads that overtake each other by this many of their own length are still one sequence.
    private const int DisorderMax = 4;
    private const int StepsToStart = 2;

    // LIMIT: who reads in such pieces keeps the device busy by himself, as a kernel that reads ahead does. Reading
    // ahead of him costs one copy more and pushes what he has just read out of the processor's cache.
    private const int LargePiece = 512 * 1024;

    // The lock guards all that follows, and the users of the chunks. It is never held while the device is called.
    private readonly Lock _lock = new();
    private readonly List<ReadAheadChunk> _chunks = [];
    private long _frontier;
    private int _steps;
    private int _window = WindowMin;
    private bool _isHolder;
    private bool _isClosed;

    /// <summary>Learns of a read that is about to be answered, and begins to read what will be wanted next.</summary>
    public void Note(long offset, int count)
    {
        List<long>? wanted;
        bool isLeaving;
        lock (_lock)
        {
            Follow(offset, count);
            wanted = _steps >= StepsToStart && count < LargePiece && !_isClosed ? Plan() : null;
            isLeaving = _isHolder && wanted is null && _chunks.Count == 0;
            _isHolder = (_isHolder && !isLeaving) || wanted is not null;
        }

        if (isLeaving)
        {
            pool.Leave(this);
        }

        if (wanted is not null)
        {
            BeginAll(wanted);
        }
    }

    /// <summary>The chunk that covers an offset, if there is one. It must be given back.</summary>
    public ReadAheadChunk? Take(long offset)
    {
        lock (_lock)
        {
            foreach (ReadAheadChunk chunk in _chunks)
            {
                if (chunk.Covers(offset))
                {
                    chunk.Users++;
                    return chunk;
                }
            }

            return null;
        }
    }

    public void Give(ReadAheadChunk chunk)
    {
        lock (_lock)
        {
            Release(chunk);
        }
    }

    /// <summary>Gives all memory back, as soon as nobody uses it.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            DropBefore(long.MaxValue);
            _window = WindowMin;
            _isHolder = false;
        }

        pool.Leave(this);
    }

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Drop();
    }

    private void Follow(long offset, int count)
    {
        long end = offset + count;
        long disorder = (long)DisorderMax * Math.Max(count, WindowMin);
        bool isSequel = offset <= _frontier + disorder && end >= _frontier - disorder;
        if (!isSequel)
        {
            DropBefore(long.MaxValue);
            _steps = 0;
            _window = WindowMin;
            _frontier = offset;
        }

        if (end > _frontier)
        {
            _steps = Math.Min(_steps + 1, StepsToStart);
            _frontier = end;
        }

        DropBefore(_frontier - disorder);
    }

    /// <summary>The beginnings of the chunks that the window reaches and that are not there yet.</summary>
    private List<long>? Plan()
    {
        List<long>? wanted = null;
        long end = Math.Min(map.SizeBytes, _frontier + _window);
        for (long start = _frontier / pool.ChunkSize * pool.ChunkSize; start < end; start += pool.ChunkSize)
        {
            if (_frontier < map.SizeBytes && !HasChunkAt(start))
            {
                (wanted ??= []).Add(start);
            }
        }

        _window = wanted is null ? _window : Math.Min(_window * 2, Math.Max(pool.Window, WindowMin));
        return wanted;
    }

    private void BeginAll(List<long> starts)
    {
        foreach (long start in starts)
        {
            if (pool.TryRent(this) is not { } buffer)
            {
                return;
            }

            Begin(start, buffer);
        }
    }

    private void Begin(long start, byte[] buffer)
    {
        var chunk = new ReadAheadChunk(start, (int)Math.Min(pool.ChunkSize, map.SizeBytes - start), buffer);
        bool isWanted;
        lock (_lock)
        {
            isWanted = !_isClosed && !HasChunkAt(start) && pool.TryBegin();
            if (isWanted)
            {
                _chunks.Add(chunk);
            }
        }

        if (isWanted)
        {
            chunk.Work = LoadAsync(chunk);
        }
        else
        {
            pool.Return(buffer);
        }
    }

    private async Task LoadAsync(ReadAheadChunk chunk)
    {
        bool isLoaded = false;
        try
        {
            await reader.ReadAsync(map, chunk.Offset, chunk.Length, chunk.Buffer, lifetime);
            isLoaded = true;
        }
        catch (Exception failure) when (failure is StorageFaultException or OperationCanceledException)
        {
            // Nobody has asked for this yet. Whoever does reads it again, and is told.
        }
        finally
        {
            End(chunk, isLoaded);
        }
    }

    private void End(ReadAheadChunk chunk, bool isLoaded)
    {
        lock (_lock)
        {
            if (!isLoaded)
            {
                _chunks.Remove(chunk);
                chunk.IsDropped = true;
            }
        }

        // ORDER: readers are told outside of the lock, since they go on inline; then the buffer may go.
        chunk.Finish(isLoaded);
        Give(chunk);
        pool.End();
    }

    /// <summary>Whether there is a chunk with this beginning. The lock is held.</summary>
    private bool HasChunkAt(long start)
    {
        foreach (ReadAheadChunk chunk in _chunks)
        {
            if (chunk.Offset == start)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Drops the chunks that end before an offset. The lock is held.</summary>
    private void DropBefore(long offset)
    {
        for (int i = _chunks.Count - 1; i >= 0; i--)
        {
            ReadAheadChunk chunk = _chunks[i];
            if (chunk.End <= offset)
            {
                _chunks.RemoveAt(i);
                chunk.IsDropped = true;
                chunk.Users++;
                Release(chunk);
            }
        }
    }

    private void Release(ReadAheadChunk chunk)
    {
        Invariant.Holds(chunk.Users > 0);
        chunk.Users--;
        if (chunk.IsDropped && chunk.Users == 0)
        {
            pool.Return(chunk.Buffer);
        }
    }
}
