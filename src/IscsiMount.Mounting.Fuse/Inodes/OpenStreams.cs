using IscsiMount.FileSystems;

namespace IscsiMount.Mounting.Fuse.Inodes;

/// <summary>
/// The main streams that are open for reading, one for each inode. The kernel neither opens nor closes files with us
/// (see ADR 0007), so a stream is opened by the first read, and closed when the kernel forgets the inode or when too
/// many are idle; the one that was not used for the longest time goes first. Safe for any thread.
/// </summary>
internal sealed class OpenStreams(IFileSystem fileSystem) : IDisposable
{
    // LIMIT: a tree of small files is read in any order without opening one twice; a stream holds some hundred bytes.
    public const int IdleMax = 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<Inode> _idle = new();
    private bool _isDisposed;

    /// <summary>The open stream of an inode. A success is followed by <see cref="Release"/>.</summary>
    public async ValueTask<FsResult<IOpenFile>> AcquireAsync(Inode inode, CancellationToken cancellationToken)
    {
        if (TryUse(inode) is { } stream)
        {
            return FsResult.Of(stream);
        }

        FsResult<IOpenFile> opened = await fileSystem.OpenAsync(inode.Id, default, cancellationToken);
        if (!opened.TryGet(out IOpenFile? own))
        {
            return opened;
        }

        IOpenFile shared = Share(inode, own);
        if (shared != own)
        {
            own.Dispose();
        }

        return FsResult.Of(shared);
    }

    public void Release(Inode inode)
    {
        IOpenFile? surplus = null;
        lock (_gate)
        {
            inode.StreamUserCount--;
            if (inode.StreamUserCount == 0)
            {
                _idle.AddLast(inode.IdlePlace);
                surplus = _idle.Count > IdleMax ? Close(_idle.First!.Value) : null;
            }
        }

        surplus?.Dispose();
    }

    /// <summary>Closes the stream of an inode that the kernel has forgotten. No request uses it.</summary>
    public void Forget(Inode inode)
    {
        IOpenFile? stream = null;
        lock (_gate)
        {
            if (inode.Stream is not null && inode.StreamUserCount == 0)
            {
                stream = Close(inode);
            }
        }

        stream?.Dispose();
    }

    /// <summary>Closes all. No request is under way.</summary>
    public void Dispose()
    {
        while (!_isDisposed)
        {
            IOpenFile? stream;
            lock (_gate)
            {
                stream = _idle.Count == 0 ? null : Close(_idle.First!.Value);
                _isDisposed = stream is null;
            }

            stream?.Dispose();
        }
    }

    private IOpenFile? TryUse(Inode inode)
    {
        lock (_gate)
        {
            return inode.Stream is null ? null : Use(inode);
        }
    }

    /// <summary>Makes a stream that of its inode, unless another request was quicker.</summary>
    private IOpenFile Share(Inode inode, IOpenFile stream)
    {
        lock (_gate)
        {
            if (inode.Stream is null)
            {
                inode.Stream = stream;
                inode.StreamUserCount = 1;
                return stream;
            }

            return Use(inode);
        }
    }

    private IOpenFile Use(Inode inode)
    {
        if (inode.StreamUserCount == 0)
        {
            _idle.Remove(inode.IdlePlace);
        }

        inode.StreamUserCount++;
        return inode.Stream!;
    }

    private IOpenFile Close(Inode inode)
    {
        _idle.Remove(inode.IdlePlace);
        IOpenFile stream = inode.Stream!;
        inode.Stream = null;
        return stream;
    }
}
