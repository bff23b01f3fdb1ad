using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>Answers what is asked of listings.</summary>
internal sealed class DirectoryHandlers(
    IFileSystem fileSystem, InodeTable inodes, EntryWriter entries, BufferPool buffers, ILogger logger) : IDisposable
{
    private readonly HandleTable<OpenDirectory> _open = new();

    public async ValueTask OpenAsync(FuseRequest request, ulong inode)
    {
        FileId directory = inodes.Get(inode).Id;
        FsResult<FileId> parent = await fileSystem.GetParentAsync(directory, request.CancellationToken);
        if (!parent.TryGet(out FileId parentId))
        {
            request.ReplyStatus(parent.Status);
            return;
        }

        FsResult<IDirectoryListing> opened = fileSystem.OpenListing(directory);
        if (!opened.TryGet(out IDirectoryListing? listing))
        {
            request.ReplyStatus(opened.Status);
            return;
        }

#pragma warning disable CA2000 // The table owns it until the kernel gives the handle back.
        ulong handle = _open.Add(new OpenDirectory(directory, parentId, listing));
#pragma warning restore CA2000
        if (!request.ReplyOpen(handle, OpenBehaviour.KeepCache | OpenBehaviour.CacheReadDir))
        {
            Close(handle);
        }
    }

    public ValueTask ReadAsync(FuseRequest request, ulong handle, long offset, int length)
        => ListAsync(request, new ListingCall(handle, offset, length, ListingDetail.Names));

    public ValueTask ReadPlusAsync(FuseRequest request, ulong handle, long offset, int length)
        => ListAsync(request, new ListingCall(handle, offset, length, ListingDetail.Properties));

    public ValueTask Release(FuseRequest request, ulong handle)
    {
        Close(handle);
        request.ReplyError(0);
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes what the kernel did not give back. No request is under way.</summary>
    public void Dispose()
    {
        foreach (OpenDirectory directory in _open.RemoveAll())
        {
            directory.Dispose();
        }
    }

    private async ValueTask ListAsync(FuseRequest request, ListingCall call)
    {
        if (!_open.TryGet(call.Handle, out OpenDirectory? directory) || call.Offset < 0)
        {
            request.ReplyError(Errno.InvalidArgument);
            return;
        }

        NativeBuffer buffer = buffers.Rent(call.Length);
        try
        {
            var answer = new ListingAnswer(request, entries, buffer.Memory[..call.Length], call.Detail);
            FsStatus status = await FillAsync(answer, directory, call);

            // What was found before a failure is worth telling; the kernel asks again and meets the failure then.
            if (status != FsStatus.Ok && answer.IsEmpty)
            {
                request.ReplyStatus(status);
            }
            else if (!request.ReplyBytes(answer.Written))
            {
                answer.TakeBack();
            }
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private async ValueTask<FsStatus> FillAsync(ListingAnswer answer, OpenDirectory directory, ListingCall call)
    {
        long offset = call.Offset;
        if (offset == 0 && answer.TryAddDots(".", directory.Id, 1))
        {
            offset = 1;
        }

        if (offset == 1 && answer.TryAddDots("..", directory.Parent, OpenDirectory.FirstEntryOffset))
        {
            offset = OpenDirectory.FirstEntryOffset;
        }

        bool hasRoom = offset >= OpenDirectory.FirstEntryOffset;
        while (hasRoom)
        {
            FsResult<bool> moved = await directory.MoveToAsync(offset, call.Detail, answer.CancellationToken);
            if (!moved.TryGet(out bool isThere) || !isThere)
            {
                return moved.Status;
            }

            (offset, hasRoom) = AddBatch(answer, directory, offset);

            // A batch that was read for this answer is enough of a wait: the kernel gets what there is.
            hasRoom &= answer.IsEmpty;
        }

        return FsStatus.Ok;
    }

    /// <summary>Adds what is in memory.</summary>
    /// <returns>Where the listing goes on, and whether there is room for more.</returns>
    private (long Offset, bool HasRoom) AddBatch(ListingAnswer answer, OpenDirectory directory, long offset)
    {
        while (directory.Current is { } entry)
        {
            if (!PresentableName.IsPresentable(entry.Name))
            {
                logger.NameHidden(directory.Id.Number, entry.Id.Number);
            }
            else if (!answer.TryAdd(entry, directory.NextOffset))
            {
                return (offset, false);
            }

            offset = directory.NextOffset;
            directory.Advance();
        }

        return (offset, true);
    }

    private void Close(ulong handle)
    {
        if (_open.TryRemove(handle, out OpenDirectory? directory))
        {
            directory.Dispose();
        }
    }

    private readonly record struct ListingCall(ulong Handle, long Offset, int Length, ListingDetail Detail);
}
