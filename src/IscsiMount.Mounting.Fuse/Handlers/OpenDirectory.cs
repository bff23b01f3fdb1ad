using IscsiMount.FileSystems;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>
/// A directory that a program is listing. Entries come from the file system in large batches, so that it can read them
/// in few runs; what does not fit into one answer waits here for the next. The kernel asks one question at a time.
/// </summary>
/// <remarks>
/// Offsets of the kernel: 0 is the beginning, 1 is after ".", 2 is after "..", and from there on they are positions of
/// the listing plus 2.
/// </remarks>
internal sealed class OpenDirectory(FileId id, FileId parent, IDirectoryListing listing) : IDisposable
{
    public const long FirstEntryOffset = 2;

    // LIMIT: some dozen answers. A listing that is given up early has read this much in vain.
    private const int BatchCountMax = 512;

    private IReadOnlyList<DirectoryEntry> _batch = [];
    private int _index;
    private long _offset = FirstEntryOffset;
    private ListingDetail _detail;

    public FileId Id { get; } = id;

    public FileId Parent { get; } = parent;

    /// <summary>Makes <see cref="Current"/> the entry at an offset.</summary>
    /// <returns>Whether there is one, or why that cannot be told.</returns>
    public async ValueTask<FsResult<bool>> MoveToAsync(
        long offset, ListingDetail detail, CancellationToken cancellationToken)
    {
        if (offset == _offset && detail == _detail && _index < _batch.Count)
        {
            return true;
        }

        FsResult<IReadOnlyList<DirectoryEntry>> result = await listing.ReadAsync(
            (ulong)(offset - FirstEntryOffset), BatchCountMax, detail, cancellationToken);
        if (!result.TryGet(out IReadOnlyList<DirectoryEntry>? batch))
        {
            return result.Status;
        }

        (_batch, _index, _offset, _detail) = (batch, 0, offset, detail);
        return batch.Count > 0;
    }

    /// <summary>The entry at which the listing stands, or null at the end of what is in memory.</summary>
    public DirectoryEntry? Current => _index < _batch.Count ? _batch[_index] : null;

    /// <summary>Where the listing stands after the current entry.</summary>
    public long NextOffset => (long)Current!.NextPosition + FirstEntryOffset;

    public void Advance()
    {
        _offset = NextOffset;
        _index++;
    }

    public void Dispose() => listing.Dispose();
}
