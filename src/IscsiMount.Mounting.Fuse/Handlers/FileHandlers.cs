using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>Answers what is asked of names, attributes, links and the volume as a whole.</summary>
internal sealed class FileHandlers(
    MountRequest mount, IFileSystem fileSystem, InodeTable inodes, EntryWriter entries)
{
    public async ValueTask LookupAsync(FuseRequest request, ulong directory, nint nameText)
    {
        FsResult<ReadOnlyMemory<char>> name = request.ReadName(nameText);
        if (!name.TryGet(out ReadOnlyMemory<char> units))
        {
            request.ReplyStatus(name.Status);
            return;
        }

        FsResult<FileProperties> found = await fileSystem.LookupAsync(
            inodes.Get(directory).Id, units, mount.NameComparison, request.CancellationToken);
        if (found.TryGet(out FileProperties properties))
        {
            EntryParameters entry = entries.Refer(properties);
            if (!request.ReplyEntry(entry))
            {
                entries.TakeBack(entry.Inode);
            }
        }
        else if (found.Status == FsStatus.NotFound)
        {
            request.ReplyEntry(entries.Absent());
        }
        else
        {
            request.ReplyStatus(found.Status);
        }
    }

    public ValueTask Forget(FuseRequest request, ulong inode, ulong count)
    {
        entries.TakeBack(inode, count);
        request.ReplyNone();
        return ValueTask.CompletedTask;
    }

    public ValueTask ForgetMany(FuseRequest request, ReadOnlySpan<ForgetRecord> records)
    {
        foreach (ForgetRecord record in records)
        {
            entries.TakeBack(record.Inode, record.Count);
        }

        request.ReplyNone();
        return ValueTask.CompletedTask;
    }

    public async ValueTask GetAttributesAsync(FuseRequest request, ulong inode)
    {
        FsResult<FileProperties> result = await fileSystem.GetPropertiesAsync(
            inodes.Get(inode).Id, request.CancellationToken);
        if (result.TryGet(out FileProperties properties))
        {
            request.ReplyAttributes(entries.Describe(properties), entries.TimeoutSeconds);
        }
        else
        {
            request.ReplyStatus(result.Status);
        }
    }

    public async ValueTask ReadLinkAsync(FuseRequest request, ulong inode)
    {
        FsResult<LinkTarget> result = await fileSystem.ReadLinkAsync(inodes.Get(inode).Id, request.CancellationToken);
        if (result.TryGet(out LinkTarget? target))
        {
            request.ReplyLink(Wtf8.EncodeWithZero(Show(target)));
        }
        else
        {
            bool isNoLink = result.Status == FsStatus.NoSuchAttribute;
            request.ReplyError(isNoLink ? Errno.InvalidArgument : Errno.From(result.Status));
        }
    }

    public async ValueTask GetVolumeStatusAsync(FuseRequest request)
    {
        FsResult<VolumeSpace> result = await fileSystem.GetSpaceAsync(request.CancellationToken);
        if (!result.TryGet(out VolumeSpace space))
        {
            request.ReplyStatus(result.Status);
            return;
        }

        long cluster = fileSystem.Description.ClusterSizeBytes;
        request.ReplyVolumeStatus(new VolumeStatus
        {
            BlockSizeBytes = (ulong)cluster,
            FragmentSizeBytes = (ulong)cluster,
            FragmentCount = (ulong)(space.SizeBytes / cluster),
            FreeCount = (ulong)(space.FreeBytes / cluster),
            AvailableCount = (ulong)(space.FreeBytes / cluster),
            FileCountMax = space.FileCountMax,
            FileCountFree = space.FileCountFree,
            FileCountAvailable = space.FileCountFree,
            NameLengthMax = Wtf8.UnitsMax,
        });
    }

    // A target in the root of the volume is given through the mount point: an inode does not know the directory in
    // which its name stands, and may have several.
    private string Show(LinkTarget target) => target.Base switch
    {
        LinkBase.Relative => target.Path,
        LinkBase.VolumeRoot => $"{mount.MountPoint.TrimEnd('/')}/{target.Path.TrimStart('/')}",
        LinkBase.Foreign => target.Path,
    };
}
