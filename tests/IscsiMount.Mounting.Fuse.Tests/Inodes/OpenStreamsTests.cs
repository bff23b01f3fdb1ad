using IscsiMount.Contracts;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Inodes;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Inodes;

public sealed class OpenStreamsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_opened_once_for_all_its_readers()
    {
        await using var files = new MemoryFileSystem();
        using var streams = new OpenStreams(files);
        Inode inode = NewInode(files, "file");

        IOpenFile first = await AcquireAsync(streams, inode);
        IOpenFile second = await AcquireAsync(streams, inode);
        streams.Release(inode);
        streams.Release(inode);
        IOpenFile third = await AcquireAsync(streams, inode);
        streams.Release(inode);

        Assert.Same(first, second);
        Assert.Same(first, third);
        Assert.Equal(1, files.OpenCallCount);
    }

    [Fact]
    public async Task Of_two_that_open_at_once_one_stream_is_used_and_the_other_is_closed()
    {
        await using var files = new MemoryFileSystem();
        using var streams = new OpenStreams(files);
        Inode inode = NewInode(files, "file");
        MemoryFileSystemGate gate = files.Hold(MemoryFileSystemCall.Open, inode.Id);
        Task<IOpenFile> first = AcquireAsync(streams, inode);
        Task<IOpenFile> second = AcquireAsync(streams, inode);

        gate.Open();

        Assert.Same(await first, await second);
        Assert.Equal((2, 1), (files.OpenCallCount, files.OpenStreamCount));
        streams.Release(inode);
        streams.Release(inode);
    }

    [Fact]
    public async Task Of_too_many_the_one_that_was_not_used_for_the_longest_time_is_closed()
    {
        await using var files = new MemoryFileSystem();
        using var streams = new OpenStreams(files);
        Inode[] inodes = [.. Enumerable.Range(0, OpenStreams.IdleMax + 1).Select(i => NewInode(files, $"file {i}"))];
        foreach (Inode inode in inodes[..^1])
        {
            await UseAsync(streams, inode);
        }

        await UseAsync(streams, inodes[0]);
        await UseAsync(streams, inodes[^1]);

        Assert.NotNull(inodes[0].Stream);
        Assert.Null(inodes[1].Stream);
        Assert.Equal(OpenStreams.IdleMax, files.OpenStreamCount);
    }

    [Fact]
    public async Task A_stream_in_use_is_never_closed()
    {
        await using var files = new MemoryFileSystem();
        using var streams = new OpenStreams(files);
        Inode used = NewInode(files, "used");
        IOpenFile stream = await AcquireAsync(streams, used);

        for (int index = 0; index < OpenStreams.IdleMax + 10; index++)
        {
            await UseAsync(streams, NewInode(files, $"file {index}"));
        }

        Assert.Equal(1, (await stream.ReadAsync(0, new byte[10], Token)).TryGet(out int length) ? length : -1);
        streams.Release(used);
    }

    [Fact]
    public async Task What_the_kernel_forgets_and_what_is_left_at_the_end_is_closed()
    {
        await using var files = new MemoryFileSystem();
        var streams = new OpenStreams(files);
        Inode forgotten = NewInode(files, "forgotten");
        Inode kept = NewInode(files, "kept");
        await UseAsync(streams, forgotten);
        await UseAsync(streams, kept);

        streams.Forget(forgotten);
        streams.Forget(NewInode(files, "never opened"));
        int afterForget = files.OpenStreamCount;
        streams.Dispose();

        Assert.Equal((1, 0), (afterForget, files.OpenStreamCount));
    }

    private static Inode NewInode(MemoryFileSystem files, string name)
    {
        MemoryFileSystemNode node = files.AddFile(name, [1]);
        return new Inode(node.Id.Number, node.Id);
    }

    private static async Task UseAsync(OpenStreams streams, Inode inode)
    {
        await AcquireAsync(streams, inode);
        streams.Release(inode);
    }

    private static async Task<IOpenFile> AcquireAsync(OpenStreams streams, Inode inode)
    {
        FsResult<IOpenFile> result = await streams.AcquireAsync(inode, Token);
        Assert.True(result.TryGet(out IOpenFile? stream));
        return stream;
    }
}
