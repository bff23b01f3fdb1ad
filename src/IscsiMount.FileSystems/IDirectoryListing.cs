namespace IscsiMount.FileSystems;

/// <summary>An open directory that is being listed. "." and ".." are not in it.</summary>
/// <remarks>
/// Calls may come one after the other from any thread, not at once. An entry that exists during the whole listing is
/// seen exactly once; one that comes or goes meanwhile may be seen or not.
/// </remarks>
public interface IDirectoryListing : IDisposable
{
    /// <summary>
    /// The next entries from a position on: 0, or a <see cref="DirectoryEntry.NextPosition"/> that this listing gave,
    /// however long ago, or that another listing of the same directory gave since its names last changed: a kernel that
    /// keeps listings goes on in a new one where an old one stood. No entries means the end.
    /// </summary>
    /// <param name="position">Where to go on.</param>
    /// <param name="countMax">Entries at most, 1 to 65,536. Fewer do not mean the end.</param>
    /// <param name="detail">How much is wanted of each.</param>
    /// <param name="cancellationToken">Gives up the call; the listing stays usable.</param>
    ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> ReadAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken);
}
