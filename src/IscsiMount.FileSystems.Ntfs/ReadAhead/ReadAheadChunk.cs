namespace IscsiMount.FileSystems.Ntfs.ReadAhead;

/// <summary>A piece of a stream that is being read before anybody asked for it, or was.</summary>
/// <param name="offset">Where it begins in the stream.</param>
/// <param name="length">Its bytes; the buffer may have more.</param>
/// <param name="buffer">Memory of the pool.</param>
internal sealed class ReadAheadChunk(long offset, int length, byte[] buffer)
{
    // Readers that wait go on inline on the thread that completes the device's read, as those of the device itself do.
    private readonly TaskCompletionSource<bool> _loaded = new();
    private volatile bool _isLoaded;

    public long Offset { get; } = offset;

    public long End => Offset + Length;

    public int Length { get; } = length;

    public byte[] Buffer { get; } = buffer;

    /// <summary>Whether the content is there now.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>Whether the content has come. False means that it could not be read.</summary>
    public Task<bool> Loaded => _loaded.Task;

    /// <summary>The reading itself, kept by its owner until it has ended.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Who needs the buffer now: readers that copy, and the device while it fills it. Guarded by the stream.
    /// </summary>
    public int Users { get; set; } = 1;

    /// <summary>Whether the buffer goes back when the last user is gone. Guarded by the stream.</summary>
    public bool IsDropped { get; set; }

    public bool Covers(long offset) => offset >= Offset && offset < End;

    public void Finish(bool isLoaded)
    {
        _isLoaded = isLoaded;
        _loaded.TrySetResult(isLoaded);
    }

    /// <summary>Copies as much as there is from an offset on, and returns how much that was.</summary>
    public int CopyTo(long offset, Span<byte> destination)
    {
        int skip = (int)(offset - Offset);
        int count = Math.Min(Length - skip, destination.Length);
        Buffer.AsSpan(skip, count).CopyTo(destination);
        return count;
    }
}
