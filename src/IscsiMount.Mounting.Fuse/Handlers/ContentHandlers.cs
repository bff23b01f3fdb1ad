using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>Answers what is asked of the content of files.</summary>
internal sealed class ContentHandlers(InodeTable inodes, OpenStreams streams, BufferPool buffers)
{
    // lseek(2)
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>Whether the kernel remembers that open is not implemented, and goes on without it.</summary>
    public bool KernelCanDoWithoutOpen { get; set; }

    /// <summary>
    /// Says once that files need no opening. The kernel then opens and closes them by itself, keeps their pages, and
    /// saves two requests for each file that is read.
    /// </summary>
    public ValueTask Open(FuseRequest request)
    {
        if (KernelCanDoWithoutOpen)
        {
            request.ReplyError(Errno.NotImplemented);
        }
        else
        {
            request.ReplyOpen(0, OpenBehaviour.KeepCache);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask ReadAsync(FuseRequest request, ulong number, long offsetBytes, int length)
    {
        Inode inode = inodes.Get(number);
        FsResult<IOpenFile> acquired = await streams.AcquireAsync(inode, request.CancellationToken);
        if (!acquired.TryGet(out IOpenFile? stream))
        {
            request.ReplyStatus(acquired.Status);
            return;
        }

        NativeBuffer buffer = buffers.Rent(length);
        try
        {
            FsResult<int> result = await stream.ReadAsync(
                offsetBytes, buffer.Memory[..length], request.CancellationToken);
            Reply(request, result, buffer, length);
        }
        finally
        {
            buffers.Return(buffer);
            streams.Release(inode);
        }
    }

    public async ValueTask SeekAsync(FuseRequest request, ulong number, long offsetBytes, int whence)
    {
        if (whence is not (SeekData or SeekHole))
        {
            request.ReplyError(Errno.InvalidArgument);
            return;
        }

        Inode inode = inodes.Get(number);
        FsResult<IOpenFile> acquired = await streams.AcquireAsync(inode, request.CancellationToken);
        if (!acquired.TryGet(out IOpenFile? stream))
        {
            request.ReplyStatus(acquired.Status);
            return;
        }

        try
        {
            Reply(request, stream.Seek(offsetBytes, whence == SeekData ? SeekTarget.Data : SeekTarget.Hole));
        }
        finally
        {
            streams.Release(inode);
        }
    }

    private static void Reply(FuseRequest request, FsResult<int> result, NativeBuffer buffer, int lengthMax)
    {
        if (result.TryGet(out int length))
        {
            Invariant.Holds(length >= 0 && length <= lengthMax);
            request.ReplyBytes(buffer.Span[..length]);
        }
        else
        {
            request.ReplyStatus(result.Status);
        }
    }

    private static void Reply(FuseRequest request, FsResult<long> found)
    {
        if (found.TryGet(out long offsetBytes))
        {
            request.ReplyOffset(offsetBytes);
        }
        else
        {
            bool isNone = found.Status == FsStatus.NoSuchAttribute;
            request.ReplyError(isNone ? Errno.NoAddress : Errno.From(found.Status));
        }
    }
}
