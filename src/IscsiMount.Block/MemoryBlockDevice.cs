using System.Collections.Concurrent;

namespace IscsiMount.Block;

/// <summary>A disk in memory. It takes room only for what was written and is not zero, so it may be huge.</summary>
/// <remarks>Its content is gone when it is disposed. There is nothing to flush to.</remarks>
public sealed class MemoryBlockDevice : IBlockDevice
{
    // LIMIT: large enough that a sequential reader seldom changes chunks, small enough that the scattered metadata of
    // a fresh file system does not fill the memory.
    private const int ChunkLength = 256 * 1024;

    // LIMIT: how far one search for space goes. Who wants to know more asks again.
    private const ulong ChunksSeenMax = 65_536;

    private readonly ConcurrentDictionary<ulong, byte[]> _chunks = new();
    private readonly int _blocksInChunk;
    private volatile bool _isDisposed;

    public MemoryBlockDevice(ulong blockCount, int blockLength = 512, bool isReadOnly = false)
    {
        BlockAccess.CheckBlockLength(blockLength);
        ArgumentOutOfRangeException.ThrowIfZero(blockCount);
        BlockCount = blockCount;
        BlockLength = blockLength;
        _blocksInChunk = ChunkLength / blockLength;
        Traits = new()
        {
            IsReadOnly = isReadOnly,
            HasVolatileCache = false,
            TransfersInFlightMax = 1,
            CanFreeSpace = true,
            SpaceGranularity = ChunkLength,
        };
    }

    public int BlockLength { get; }

    public ulong BlockCount { get; }

    public BlockDeviceTraits Traits { get; }

    /// <summary>Bytes of memory that the content takes.</summary>
    public long AllocatedBytes => (long)_chunks.Count * ChunkLength;

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, destination.Length);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Read(range, destination.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Traits.IsReadOnly)
        {
            return ValueTask.FromException(new ReadOnlyDeviceException());
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Write(range, source.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Traits.IsReadOnly)
        {
            return ValueTask.FromException(new ReadOnlyDeviceException());
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Clear(range);
        return ValueTask.CompletedTask;
    }

    public ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken)
    {
        ulong countMax = BlockAccess.CountFrom(this, firstBlock);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<SpaceRun>(cancellationToken)
            : new(FindSpace(firstBlock, countMax));
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _chunks.Clear();
        return ValueTask.CompletedTask;
    }

    private void Read(BlockRange range, Span<byte> destination)
    {
        ulong block = range.First;
        while (!destination.IsEmpty)
        {
            Place place = PlaceOf(block, destination.Length);
            Span<byte> part = destination[..place.Length];
            if (_chunks.TryGetValue(place.Chunk, out byte[]? chunk))
            {
                chunk.AsSpan(place.Offset, place.Length).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            destination = destination[place.Length..];
            block += (ulong)(place.Length / BlockLength);
        }
    }

    private void Write(BlockRange range, ReadOnlySpan<byte> source)
    {
        ulong block = range.First;
        while (!source.IsEmpty)
        {
            Place place = PlaceOf(block, source.Length);
            ReadOnlySpan<byte> part = source[..place.Length];

            // Zeros over nothing are nothing: formatting tools clear large areas.
            if (_chunks.TryGetValue(place.Chunk, out byte[]? chunk) || part.ContainsAnyExcept((byte)0))
            {
                chunk ??= _chunks.GetOrAdd(place.Chunk, static _ => new byte[ChunkLength]);
                part.CopyTo(chunk.AsSpan(place.Offset));
            }

            source = source[place.Length..];
            block += (ulong)(place.Length / BlockLength);
        }
    }

    private void Clear(BlockRange range)
    {
        ulong block = range.First;
        ulong end = range.First + range.Count;
        if (range.Count / (uint)_blocksInChunk > (uint)_chunks.Count)
        {
            ClearAmongFew(range);
            return;
        }

        while (block < end)
        {
            ulong endOfChunk = Math.Min(((block / (ulong)_blocksInChunk) + 1) * (ulong)_blocksInChunk, end);
            ClearInChunk(block, endOfChunk);
            block = endOfChunk;
        }
    }

    private void ClearInChunk(ulong first, ulong end)
    {
        ulong chunk = first / (ulong)_blocksInChunk;
        if (end - first == (ulong)_blocksInChunk)
        {
            _chunks.TryRemove(chunk, out _);
        }
        else if (_chunks.TryGetValue(chunk, out byte[]? content))
        {
            int offset = (int)(first % (ulong)_blocksInChunk) * BlockLength;
            content.AsSpan(offset, (int)(end - first) * BlockLength).Clear();
        }
    }

    // A large disk with little on it: what there is is looked at, and not what could be.
    private void ClearAmongFew(BlockRange range)
    {
        foreach (ulong chunk in _chunks.Keys)
        {
            ulong first = Math.Max(chunk * (ulong)_blocksInChunk, range.First);
            ulong end = Math.Min((chunk + 1) * (ulong)_blocksInChunk, range.First + range.Count);
            if (first < end)
            {
                ClearInChunk(first, end);
            }
        }
    }

    private SpaceRun FindSpace(ulong firstBlock, ulong countMax)
    {
        ulong first = firstBlock / (ulong)_blocksInChunk;
        ulong last = (firstBlock + countMax - 1) / (ulong)_blocksInChunk;
        bool hasSpace = _chunks.ContainsKey(first);
        ulong next = first + 1;
        while (next <= last && next - first <= ChunksSeenMax && _chunks.ContainsKey(next) == hasSpace)
        {
            next++;
        }

        ulong count = Math.Min((next * (ulong)_blocksInChunk) - firstBlock, countMax);
        return new(count, hasSpace);
    }

    private Place PlaceOf(ulong block, int lengthMax)
    {
        int blockInChunk = (int)(block % (ulong)_blocksInChunk);
        int offset = blockInChunk * BlockLength;
        return new(block / (ulong)_blocksInChunk, offset, Math.Min(lengthMax, ChunkLength - offset));
    }

    private readonly record struct Place(ulong Chunk, int Offset, int Length);
}
