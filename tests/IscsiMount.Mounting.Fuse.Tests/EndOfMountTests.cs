using IscsiMount.Contracts;
using IscsiMount.Mounting.Fuse.Mounts;
using IscsiMount.Testing;
using Xunit;
using MountTable = IscsiMount.Mounting.Fuse.Mounts.MountTable;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>Every way in which a mount ends.</summary>
public sealed class EndOfMountTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("umount")]
    [InlineData("fusermount3 -u")]
    public async Task An_unmount_by_the_tools_of_the_system_is_seen(string command)
    {
        await using FuseTestMount mount = await StartAsync();
        _ = Directory.GetFiles(mount.Path);

        await ForeignTool.SucceedAsync("sh", "-c", $"{command} {mount.Path}");

        Assert.Equal(EndReason.UnmountedBySystem, await mount.Mount.Ended);
        Assert.False(Directory.Exists(mount.Path));
        Assert.Equal(UnmountStatus.Done, await mount.Mount.UnmountAsync(UnmountMode.Orderly, Token));
        Assert.Equal((0, 0), (mount.FileSystem.OpenStreamCount, mount.FileSystem.OpenListingCount));
    }

    [Fact]
    public async Task A_lazy_unmount_ends_with_the_last_open_file()
    {
        await using FuseTestMount mount = await StartAsync();

        await using (FileStream file = File.OpenRead(mount.Join("file")))
        {
            await ForeignTool.SucceedAsync("umount", "-l", mount.Path);
            Assert.Equal((byte)'c', file.ReadByte());
            Assert.False(mount.Mount.Ended.IsCompleted);
        }

        Assert.Equal(EndReason.UnmountedBySystem, await mount.Mount.Ended);
    }

    [Fact]
    public async Task Force_also_ends_a_mount_that_was_unmounted_lazily()
    {
        await using FuseTestMount mount = await StartAsync();
        await using FileStream file = File.OpenRead(mount.Join("file"));
        await ForeignTool.SucceedAsync("umount", "-l", mount.Path);

        UnmountStatus status = await mount.Mount.UnmountAsync(UnmountMode.Forced, Token);

        Assert.Equal(UnmountStatus.Done, status);
    }

    [Fact]
    public async Task A_connection_that_was_aborted_is_a_failed_mount_and_leaves_nothing()
    {
        await using FuseTestMount mount = await StartAsync();

        Assert.True(ConnectionControl.TryAbort(MountTable.Find(mount.Path)!));

        Assert.Equal(EndReason.Failed, await mount.Mount.Ended);
        Assert.Null(MountTable.Find(mount.Path));
        Assert.False(Directory.Exists(mount.Path));
    }

    [Fact]
    public async Task Readers_that_are_stopped_cut_off_open_files_and_requests_that_wait()
    {
        await using FuseTestMount mount = await StartAsync();
        MemoryFileSystemGate gate = mount.FileSystem.Hold(
            MemoryFileSystemCall.Read, mount.FileSystem.Find("file").Id);
        Task<ToolResult> client = ForeignTool.RunAsync("cat", [mount.Join("file")]);
        await Eventually.HoldsAsync(() => gate.WaitingCount == 1);

        mount.Mount.StopReaders();

        Assert.Equal(EndReason.Failed, await mount.Mount.Ended);
        Assert.NotEqual(0, (await client).ExitCode);
        Assert.Null(MountTable.Find(mount.Path));
        Assert.False(Directory.Exists(mount.Path));
    }

    [Fact]
    public async Task A_mount_below_another_one_is_busy_and_the_other_one_stays()
    {
        await using FuseTestMount mount = await StartAsync();
        await ForeignTool.SucceedAsync("mount", "-t", "tmpfs", "on-top", mount.Path);
        try
        {
            Task<UnmountStatus> unmounting = mount.Mount.UnmountAsync(UnmountMode.Orderly, Token).AsTask();

            Assert.Equal(UnmountStatus.Busy, await unmounting.WaitAsync(Eventually.DefaultLimit, Token));
            Assert.Equal("tmpfs", MountTable.Find(mount.Path)?.FileSystemType);
        }
        finally
        {
            await ForeignTool.SucceedAsync("umount", mount.Path);
        }

        Assert.Equal(UnmountStatus.Done, await mount.Mount.UnmountAsync(UnmountMode.Orderly, Token));
    }

    [Fact]
    public async Task An_unmount_is_not_done_before_the_last_call_into_the_file_system()
    {
        await using FuseTestMount mount = await StartAsync();
        MemoryFileSystemGate gate = mount.FileSystem.Hold(
            MemoryFileSystemCall.Read, mount.FileSystem.Find("file").Id, isDeaf: true);
        Task<ToolResult> client = ForeignTool.RunAsync("cat", [mount.Join("file")]);
        await Eventually.HoldsAsync(() => gate.WaitingCount == 1);
        using var patience = new CancellationTokenSource();

        Task<UnmountStatus> unmounting = mount.Mount.UnmountAsync(UnmountMode.Forced, patience.Token).AsTask();
        ToolResult result = await client;
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unmounting);
        Assert.NotEqual(0, result.ExitCode);
        Assert.False(mount.Mount.Ended.IsCompleted);
        gate.Open();
        Assert.Equal(EndReason.Unmounted, await mount.Mount.Ended);
        Assert.Equal(0, mount.FileSystem.OpenStreamCount);
    }

    [Theory, Seeds(20)]
    public async Task A_mount_ends_cleanly_under_load(int seed)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files =>
            {
                for (int index = 0; index < 200; index++)
                {
                    files.AddFile($"folder {index % 5}/file {index}", new byte[20_000]);
                }
            },
            options: new FuseOptions { CacheTimeout = TimeSpan.Zero });
        var chance = new Random(seed);
        int stopAfter = chance.Next(1, 300);
        await using ForeignProcess client = ForeignTool.Start(
            "sh", ["-c", $"while find {mount.Path} -type f -exec cat {{}} + > /dev/null; do :; done"]);
        await Eventually.HoldsAsync(() => mount.Mount.Counters.Total >= stopAfter);

        UnmountStatus status = await mount.Mount.UnmountAsync(UnmountMode.Forced, Token);

        Assert.Equal(UnmountStatus.Done, status);
        Assert.Equal((0, 0), (mount.FileSystem.OpenStreamCount, mount.FileSystem.OpenListingCount));
    }

    private static Task<FuseTestMount> StartAsync()
        => FuseTestMount.StartAsync(files => files.AddFile("file", "content"u8.ToArray()));
}
