using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>
/// Answers what is asked of extended attributes: the streams of a file, and its descriptions in the words of NTFS.
/// Only streams are listed, since a copying program would try in vain to set the others elsewhere.
/// </summary>
internal sealed class XattrHandlers(IFileSystem fileSystem, InodeTable inodes)
{
    // LIMIT: of the kernel, xattr(7): a value, a list of names, and a name.
    private const int ValueLengthMax = 64 * 1024;
    private const int ListLengthMax = 64 * 1024;
    private const int NameLengthMax = 255;

    public async ValueTask GetAsync(FuseRequest request, ulong inode, nint nameText, int room)
    {
        // Asked on its own by the kernel and by every "ls -l", so it is answered without looking at the file.
        if (ErrorOfForeignName(Reply.Text(nameText)) is var errno and not 0)
        {
            request.ReplyError(errno);
            return;
        }

        FsResult<ReadOnlyMemory<char>> name = request.ReadName(nameText);
        if (!name.TryGet(out ReadOnlyMemory<char> units))
        {
            request.ReplyError(Errno.NoData);
            return;
        }

        XattrValue value = await ReadAsync(inodes.Get(inode).Id, units.ToString(), request.CancellationToken);
        Answer(request, value, room);
    }

    public async ValueTask ListAsync(FuseRequest request, ulong inode, int room)
    {
        FsResult<IReadOnlyList<StreamEntry>> result = await fileSystem.ListStreamsAsync(
            inodes.Get(inode).Id, request.CancellationToken);
        Answer(request, XattrValue.From(result, ListOf), room);
    }

    private static int ErrorOfForeignName(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("security."u8) || name.StartsWith("trusted."u8))
        {
            return Errno.NoData;
        }

        return name.StartsWith("system.posix_acl_"u8) ? Errno.NotSupported : 0;
    }

    private static void Answer(FuseRequest request, XattrValue value, int room)
    {
        if (value.Error != 0)
        {
            request.ReplyError(value.Error);
        }
        else if (room == 0)
        {
            request.ReplyXattrLength(value.Bytes.Length);
        }
        else if (value.Bytes.Length > room)
        {
            request.ReplyError(Errno.TooSmall);
        }
        else
        {
            request.ReplyBytes(value.Bytes);
        }
    }

    private async ValueTask<XattrValue> ReadAsync(FileId file, string name, CancellationToken cancellationToken)
    {
        if (NtfsXattrs.FindFromProperties(name) is { } show)
        {
            return XattrValue.From(await fileSystem.GetPropertiesAsync(file, cancellationToken), show);
        }

        if (NtfsXattrs.FindMetadata(name) is { } metadata)
        {
            return XattrValue.From(
                await fileSystem.ReadMetadataAsync(file, metadata, cancellationToken),
                raw => NtfsXattrs.Show(metadata, raw));
        }

        if (name == NtfsXattrs.StreamList)
        {
            return XattrValue.From(await fileSystem.ListStreamsAsync(file, cancellationToken), NamesOf);
        }

        int prefixLength = NtfsXattrs.StreamPrefix.Length;
        if (name.StartsWith(NtfsXattrs.StreamPrefix, StringComparison.Ordinal) && name.Length > prefixLength)
        {
            return await ReadStreamAsync(file, name.AsMemory(prefixLength), cancellationToken);
        }

        bool isOfSystem = name.StartsWith("system.", StringComparison.Ordinal);
        return XattrValue.Failure(isOfSystem ? Errno.NotSupported : Errno.NoData);
    }

    private async ValueTask<XattrValue> ReadStreamAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken)
    {
        FsResult<IOpenFile> opened = await fileSystem.OpenAsync(file, streamName, cancellationToken);
        if (!opened.TryGet(out IOpenFile? stream))
        {
            return XattrValue.Failure(opened.Status == FsStatus.NotFound ? Errno.NoData : Errno.From(opened.Status));
        }

        using (stream)
        {
            if (stream.SizeBytes > ValueLengthMax)
            {
                return XattrValue.Failure(Errno.TooBig);
            }

            byte[] content = new byte[stream.SizeBytes];
            FsResult<int> read = await stream.ReadAsync(0, content, cancellationToken);
            return XattrValue.From(read, length => content[..length]);
        }
    }

    // A stream that is too long to be a value is not listed: a program that copies what is listed would fail with it.
    private static byte[] ListOf(IReadOnlyList<StreamEntry> streams)
    {
        var list = new MemoryStream();
        foreach (StreamEntry stream in streams.Where(stream => stream.SizeBytes <= ValueLengthMax))
        {
            byte[] name = Wtf8.EncodeWithZero(NtfsXattrs.StreamPrefix + stream.Name);
            if (name.Length - 1 <= NameLengthMax && list.Length + name.Length <= ListLengthMax)
            {
                list.Write(name);
            }
        }

        return list.ToArray();
    }

    private static byte[] NamesOf(IReadOnlyList<StreamEntry> streams)
        => [.. streams.SelectMany(stream => Wtf8.EncodeWithZero(stream.Name))];

    /// <summary>A value, or the number of the error.</summary>
    private readonly record struct XattrValue(int Error, byte[] Bytes)
    {
        public static XattrValue Failure(int errno) => new(errno, []);

        public static XattrValue From<T>(FsResult<T> result, Func<T, byte[]> show)
            => result.TryGet(out T? value) ? new XattrValue(0, show(value)) : Failure(Errno.From(result.Status));
    }
}
