namespace IscsiMount.Transport.Memory;

/// <summary>One direction of a connection in memory: a ring of bytes with one reader and one writer.</summary>
internal sealed class MemoryPipe(int capacity)
{
    private readonly object _lock = new();
    private readonly byte[] _ring = new byte[capacity];
    private int _start;
    private int _length;
    private bool _hasEnded;
    private bool _isBroken;

    public int Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    public int Read(Span<byte> first, Span<byte> second)
    {
        lock (_lock)
        {
            while (_length == 0 && !_hasEnded && !_isBroken)
            {
                Monitor.Wait(_lock);
            }

            ThrowIfBroken();
            int count = Take(first);
            count += Take(second);
            Monitor.PulseAll(_lock);
            return count;
        }
    }

    public int TryWrite(ReadOnlySpan<byte> source)
    {
        lock (_lock)
        {
            ThrowIfBroken();
            int count = Math.Min(source.Length, _ring.Length - _length);
            int end = (_start + _length) % _ring.Length;
            int beforeWrap = Math.Min(count, _ring.Length - end);
            source[..beforeWrap].CopyTo(_ring.AsSpan(end));
            source[beforeWrap..count].CopyTo(_ring);
            _length += count;
            Monitor.PulseAll(_lock);
            return count;
        }
    }

    public void WaitUntilWritable()
    {
        lock (_lock)
        {
            while (_length == _ring.Length && !_isBroken)
            {
                Monitor.Wait(_lock);
            }

            ThrowIfBroken();
        }
    }

    /// <summary>The writer is done. What is in the ring can still be read.</summary>
    public void EndWriting()
    {
        lock (_lock)
        {
            _hasEnded = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>The reader is gone: whatever is still written has nowhere to go.</summary>
    public void EndReading()
    {
        lock (_lock)
        {
            _isBroken |= !_hasEnded || _length > 0;
            Monitor.PulseAll(_lock);
        }
    }

    public void Abort()
    {
        lock (_lock)
        {
            _isBroken = true;
            _length = 0;
            Monitor.PulseAll(_lock);
        }
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _length);
        int beforeWrap = Math.Min(count, _ring.Length - _start);
        _ring.AsSpan(_start, beforeWrap).CopyTo(destination);
        _ring.AsSpan(0, count - beforeWrap).CopyTo(destination[beforeWrap..]);
        _start = (_start + count) % _ring.Length;
        _length -= count;
        return count;
    }

    private void ThrowIfBroken()
    {
        if (_isBroken)
        {
            throw new ConnectionLostException("The connection in memory was aborted.");
        }
    }
}
