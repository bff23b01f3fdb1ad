using IscsiMount.FileSystems;

namespace IscsiMount.Contracts;

/// <summary>An open listing of a <see cref="MemoryFileSystem"/>. A position is the number of names before it.</summary>
internal sealed class MemoryFileSystemListing(MemoryFileSystem owner, MemoryFileSystemNode directory)
    : IDirectoryListing
{
    private int _callCount;

    public async ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> ReadAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _callCount) != 1)
        {
            throw new InvalidOperationException("A listing is read by one call at a time.");
        }

        try
        {
            if (owner.FindGate(MemoryFileSystemCall.List, directory.Id) is { } gate)
            {
                await gate.PassAsync(cancellationToken);
            }

            DirectoryEntry[] entries =
            [
                .. directory.Names
                    .Skip((int)position)
                    .Take(countMax)
                    .Select((name, index) => Describe(name.Name, name.Node, position + (ulong)index + 1, detail)),
            ];
            return FsResult.Of<IReadOnlyList<DirectoryEntry>>(entries);
        }
        finally
        {
            Interlocked.Decrement(ref _callCount);
        }
    }

    public void Dispose() => owner.ListingClosed();

    private static DirectoryEntry Describe(
        string name, MemoryFileSystemNode node, ulong nextPosition, ListingDetail detail)
    {
        bool isReadable = detail == ListingDetail.Properties && node.OpenStatus != FsStatus.DamagedFile;
        return new DirectoryEntry
        {
            Name = name,
            Id = node.Id,
            Kind = node.Kind,
            NextPosition = nextPosition,
            Properties = isReadable ? node.Properties : null,
        };
    }
}
