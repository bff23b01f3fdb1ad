using IscsiMount.Mounting;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>What every mounter owes, seen through the real kernel.</summary>
public abstract class MounterContract : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryFileSystem _files = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The mounter under test.</summary>
    protected abstract IMounter Mounter { get; }

    /// <summary>A mount point that can be used; the folder is the test's own.</summary>
    protected abstract string NewMountPoint(TemporaryFolder folder);

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _files.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_mount_is_visible_when_the_task_ends()
    {
        _files.AddFile("folder/file.txt", "content"u8.ToArray());

        await using IMount mount = await MountAsync();

        Assert.Equal("content", await File.ReadAllTextAsync(InMount(mount, "folder", "file.txt"), Token));
        Assert.Equal(["folder"], Directory.GetFileSystemEntries(mount.Request.MountPoint).Select(Path.GetFileName));
        Assert.False(mount.Ended.IsCompleted);
    }

    [Fact]
    public async Task After_an_orderly_unmount_nothing_is_left()
    {
        _files.AddFile("folder/file.txt", "content"u8.ToArray());
        await using IMount mount = await MountAsync();
        await File.ReadAllBytesAsync(InMount(mount, "folder", "file.txt"), Token);

        UnmountStatus status = await mount.UnmountAsync(UnmountMode.Orderly, Token);

        Assert.Equal(UnmountStatus.Done, status);
        Assert.Equal(EndReason.Unmounted, await mount.Ended);
        Assert.Equal((0, 0), (_files.OpenStreamCount, _files.OpenListingCount));
        Assert.False(File.Exists(InMount(mount, "folder", "file.txt")));
    }

    [Fact]
    public async Task An_open_file_keeps_a_mount_that_is_asked_to_go_in_order()
    {
        _files.AddFile("file.txt", "content"u8.ToArray());
        await using IMount mount = await MountAsync();

        UnmountStatus whileOpen;
        await using (FileStream file = File.OpenRead(InMount(mount, "file.txt")))
        {
            whileOpen = await mount.UnmountAsync(UnmountMode.Orderly, Token);
            Assert.Equal((byte)'c', file.ReadByte());
            Assert.False(mount.Ended.IsCompleted);
        }

        Assert.Equal(UnmountStatus.Busy, whileOpen);
        Assert.Equal(UnmountStatus.Done, await mount.UnmountAsync(UnmountMode.Orderly, Token));
        Assert.Equal(EndReason.Unmounted, await mount.Ended);
    }

    [Fact]
    public async Task Force_cuts_off_an_open_file()
    {
        _files.AddFile("file.txt", new byte[1_000_000]);
        await using IMount mount = await MountAsync();
        await using var file = new FileStream(
            InMount(mount, "file.txt"), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);

        UnmountStatus status = await mount.UnmountAsync(UnmountMode.Forced, Token);

        Assert.Equal(UnmountStatus.Done, status);
        Assert.Equal(EndReason.Unmounted, await mount.Ended);
        Assert.Equal((0, 0), (_files.OpenStreamCount, _files.OpenListingCount));
        await Assert.ThrowsAnyAsync<IOException>(async () => await file.ReadExactlyAsync(new byte[1000], Token));
    }

    [Fact]
    public async Task Force_ends_a_request_that_waits_for_the_device()
    {
        MemoryFileSystemNode node = _files.AddFile("file.txt", new byte[100_000]);
        MemoryFileSystemGate gate = _files.Hold(MemoryFileSystemCall.Read, node.Id);
        await using IMount mount = await MountAsync();
        Task<byte[]> reading = Task.Run(() => File.ReadAllBytes(InMount(mount, "file.txt")), Token);
        await Eventually.HoldsAsync(() => gate.WaitingCount > 0);

        UnmountStatus status = await mount.UnmountAsync(UnmountMode.Forced, Token);

        Assert.Equal(UnmountStatus.Done, status);
        Assert.Equal((0, 0, 0), (gate.WaitingCount, _files.OpenStreamCount, _files.OpenListingCount));
        await Assert.ThrowsAnyAsync<IOException>(() => reading);
    }

    [Fact]
    public async Task A_failed_device_is_an_error_of_the_one_that_asked_and_the_mount_goes_on()
    {
        MemoryFileSystemNode node = _files.AddFile("bad.txt", new byte[100_000]);
        _files.AddFile("good.txt", "content"u8.ToArray());
        _files.Hold(MemoryFileSystemCall.Read, node.Id).Break(new TestFault());
        await using IMount mount = await MountAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => File.ReadAllBytesAsync(InMount(mount, "bad.txt"), Token));

        Assert.Equal("content", await File.ReadAllTextAsync(InMount(mount, "good.txt"), Token));
        Assert.Equal(UnmountStatus.Done, await mount.UnmountAsync(UnmountMode.Orderly, Token));
    }

    [Fact]
    public async Task A_mount_point_in_use_is_refused_and_the_first_mount_stays()
    {
        _files.AddFile("file.txt", "content"u8.ToArray());
        await using IMount mount = await MountAsync();

        MountException failure = await Assert.ThrowsAsync<MountException>(
            async () => await Mounter.MountAsync(mount.Request, _files, Token));

        Assert.Equal(MountFailure.MountPointInUse, failure.Failure);
        Assert.True(File.Exists(InMount(mount, "file.txt")));
    }

    [Fact]
    public async Task A_mount_that_works_is_not_stale()
    {
        _files.AddFile("file.txt", "content"u8.ToArray());
        await using IMount mount = await MountAsync();

        bool wasRemoved = await Mounter.RemoveStaleAsync(mount.Request.MountPoint, Token);

        Assert.False(wasRemoved);
        Assert.True(File.Exists(InMount(mount, "file.txt")));
    }

    [Fact]
    public async Task A_mount_point_can_be_used_again_and_again()
    {
        _files.AddFile("file.txt", "content"u8.ToArray());
        string mountPoint = NewMountPoint(_folder);

        for (int round = 0; round < 5; round++)
        {
            await using IMount mount = await MountAsync(mountPoint);
            Assert.Equal("content", await File.ReadAllTextAsync(InMount(mount, "file.txt"), Token));
        }
    }

    [Fact]
    public async Task Unmounting_twice_is_done_both_times()
    {
        await using IMount mount = await MountAsync();

        UnmountStatus[] both = await Task.WhenAll(
            mount.UnmountAsync(UnmountMode.Orderly, Token).AsTask(),
            mount.UnmountAsync(UnmountMode.Orderly, Token).AsTask());

        Assert.Equal([UnmountStatus.Done, UnmountStatus.Done], both);
    }

    [Theory, Seeds(3)]
    public async Task Many_readers_at_once_all_read_the_truth(int seed)
    {
        byte[] content = new byte[5_000_000];
        new Random(seed).NextBytes(content);
        _files.AddFile("file.bin", content);
        await using IMount mount = await MountAsync();

        Task[] readers = [.. Enumerable.Range(0, 8).Select(index => Task.Run(() => ReadAtRandom(index), Token))];

        await Task.WhenAll(readers);

        void ReadAtRandom(int index)
        {
            var chance = new Random((seed * 100) + index);
            using FileStream file = File.OpenRead(InMount(mount, "file.bin"));
            byte[] piece = new byte[100_000];
            for (int round = 0; round < 50; round++)
            {
                int offset = chance.Next(content.Length - piece.Length);
                file.Position = offset;
                file.ReadExactly(piece);
                Assert.True(piece.AsSpan().SequenceEqual(content.AsSpan(offset, piece.Length)));
            }
        }
    }

    private static string InMount(IMount mount, params string[] names)
        => Path.Join([mount.Request.MountPoint, .. names]);

    private ValueTask<IMount> MountAsync(string? mountPoint = null)
    {
        var request = new MountRequest
        {
            MountPoint = mountPoint ?? NewMountPoint(_folder),
            Source = "iscsimount#iqn.2026-01.example:disk,1/0/1",
        };
        return Mounter.MountAsync(request, _files, Token);
    }

    private sealed class TestFault() : StorageFaultException(FaultScope.Command, "The device failed.");
}
