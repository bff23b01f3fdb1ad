using IscsiMount.Contracts;
using IscsiMount.Testing;
using Xunit;
using MountTable = IscsiMount.Mounting.Fuse.Mounts.MountTable;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>What is left when the process that mounted is killed.</summary>
public sealed class StaleMountTests : IDisposable
{
    /// <summary>The argument by which this program holds a mount instead of running tests.</summary>
    public const string HoldMount = "--hold-mount";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Mounts, says so, and waits to be killed.</summary>
    public static async Task<int> HoldMountAsync(string mountPoint)
    {
        var files = new MemoryFileSystem();
        files.AddFile("file.txt", "content"u8.ToArray());
        var request = new MountRequest { MountPoint = mountPoint, Source = "iscsimount#stale" };
        await using IMount mount = await FuseTestMount.NewMounter().MountAsync(request, files, CancellationToken.None);
        await mount.Ended;
        return 0;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_mount_of_a_killed_process_is_stale_and_is_removed()
    {
        string mountPoint = _folder.Join("mnt");
        await LeaveStaleMountAsync(mountPoint);
        Assert.Throws<IOException>(() => Directory.GetFileSystemEntries(mountPoint));

        bool wasRemoved = await FuseTestMount.NewMounter().RemoveStaleAsync(mountPoint, Token);

        Assert.True(wasRemoved);
        Assert.Null(MountTable.Find(mountPoint));
        Assert.Empty(Directory.GetFileSystemEntries(mountPoint));
    }

    [Fact]
    public async Task A_stale_mount_is_found_through_a_link_in_its_path()
    {
        string mountPoint = Path.Join(_folder.CreateFolder("real"), "mnt");
        Directory.CreateSymbolicLink(_folder.Join("link"), _folder.Join("real"));
        await LeaveStaleMountAsync(mountPoint);

        bool wasRemoved = await FuseTestMount.NewMounter().RemoveStaleAsync(_folder.Join("link", "mnt"), Token);

        Assert.True(wasRemoved);
        Assert.Null(MountTable.Find(mountPoint));
    }

    [Fact]
    public async Task A_mount_of_another_process_that_lives_is_asked_and_stays()
    {
        string mountPoint = _folder.Join("mnt");
        await using ForeignProcess holder = await HoldAsync(mountPoint);

        bool wasRemoved = await FuseTestMount.NewMounter().RemoveStaleAsync(mountPoint, Token);

        Assert.False(wasRemoved);
        Assert.True(File.Exists(Path.Join(mountPoint, "file.txt")));
        await ForeignTool.SucceedAsync("umount", mountPoint);
        await Eventually.HoldsAsync(() => holder.HasExited);
    }

    [Fact]
    public async Task A_mount_of_others_is_left_alone()
    {
        string mountPoint = _folder.CreateFolder("mnt");
        await ForeignTool.SucceedAsync("mount", "-t", "tmpfs", "foreign", mountPoint);
        try
        {
            bool wasRemoved = await FuseTestMount.NewMounter().RemoveStaleAsync(mountPoint, Token);

            Assert.False(wasRemoved);
            Assert.Equal("tmpfs", MountTable.Find(mountPoint)?.FileSystemType);
        }
        finally
        {
            await ForeignTool.SucceedAsync("umount", mountPoint);
        }
    }

    [Fact]
    public async Task Where_nothing_is_mounted_there_is_nothing_to_remove()
    {
        Assert.False(await FuseTestMount.NewMounter().RemoveStaleAsync(_folder.CreateFolder("empty"), Token));
        Assert.False(await FuseTestMount.NewMounter().RemoveStaleAsync(_folder.Join("missing"), Token));
    }

    private static async Task LeaveStaleMountAsync(string mountPoint)
    {
        await using ForeignProcess holder = await HoldAsync(mountPoint);
        await holder.KillAsync();
    }

    private static async Task<ForeignProcess> HoldAsync(string mountPoint)
    {
        ForeignProcess holder = ForeignTool.Start(Environment.ProcessPath!, [HoldMount, mountPoint]);
        string file = Path.Join(mountPoint, "file.txt");
        await Eventually.HoldsAsync(() => File.Exists(file) || holder.HasExited);
        Assert.False(holder.HasExited, holder.Report());
        return holder;
    }
}
