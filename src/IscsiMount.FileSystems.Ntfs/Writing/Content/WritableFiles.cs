using System.Collections.Concurrent;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>What the open streams of a volume share.</summary>
internal sealed class WritableFiles : IAsyncDisposable
{
    // LIMIT: two files share a gate now and then, and wait for each other; more gates would be more memory.
    private const int GateCount = 256;

    // LIMIT: a reader that met a change on its way tries again so often before it asks for a moment of rest.
    private const int AttemptsMax = 3;

    private readonly AsyncGate[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new AsyncGate())];
    private readonly ConcurrentDictionary<FileId, bool> _stale = new();

    public WritableFiles(Func<WritableCore> open, RangeWriter writer)
    {
        Core = open();
        Writer = writer;
        Core.Completing = RefreshAsync;
    }

    public WritableCore Core { get; }

    public RangeWriter Writer { get; }

    /// <summary>What can be addressed in clusters and in bytes.</summary>
    public long SizeMax => Core.Context.Geometry.StreamClusterCountMax * Core.Context.Geometry.ClusterSize;

    /// <summary>Who writes to a file is inside its gate.</summary>
    public AsyncGate GateOf(FileId file) => _gates[(int)(file.Number % GateCount)];

    /// <summary>The copies in directories of what a file is are to be brought up to date with the next group.</summary>
    public void NoteStale(FileId file) => _stale[file] = true;

    /// <summary>A file as one change has left it.</summary>
    public ValueTask<FsResult<MftFile>> GetAsync(FileId id, CancellationToken cancellationToken) =>
        ReadAsync(() => Core.Context.Files.GetAsync(id, cancellationToken), cancellationToken);

    /// <summary>
    /// Reads what a change may touch meanwhile: again if one did, and at last while none can.
    /// </summary>
    public async ValueTask<T> ReadAsync<T>(
        Func<ValueTask<T>> read, CancellationToken cancellationToken, Action? restart = null)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            long seen = Core.Context.Pending.Version;
            try
            {
                T result = await read();
                if (Core.Context.Pending.Version == seen)
                {
                    return result;
                }
            }
            catch (DamagedMediumException) when (Core.Context.Pending.Version != seen)
            {
                // Half of a change looks like damage.
            }

            restart?.Invoke();
        }

        return await Core.StandStillAsync(read, cancellationToken);
    }

    /// <summary>
    /// Does something that needs room. What was freed lately becomes room with the group, so where there is none the
    /// group is committed, and it is tried once more.
    /// </summary>
    public async ValueTask<FsStatus> WithRoomAsync(
        Func<ValueTask<FsStatus>> operation, CancellationToken cancellationToken)
    {
        FsStatus status = await operation();
        if (status != FsStatus.NoSpace)
        {
            return status;
        }

        await Core.CommitAsync(cancellationToken);
        return await operation();
    }

    /// <summary>Gives back clusters that nothing refers to.</summary>
    public async ValueTask GiveBackAsync(List<Extent> taken)
    {
        await Core.StandStillAsync(
            () =>
            {
                Core.Context.Clusters.Release(taken);
                return new ValueTask<bool>(true);
            },
            CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Core.DisposeAsync();

    private async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (FileId id in _stale.Keys.ToArray())
        {
            _stale.TryRemove(id, out _);
            var change = new Change(Core.Context);
            if (await change.FindAsync(id, cancellationToken) is { } file)
            {
                await new NameOperations(change).RefreshAsync(file, cancellationToken);
                change.Publish();
            }
        }
    }
}
