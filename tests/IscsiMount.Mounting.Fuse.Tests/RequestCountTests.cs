using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Requests;
using IscsiMount.Testing;
using Xunit;
using MountTable = IscsiMount.Mounting.Fuse.Mounts.MountTable;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>How often the kernel asks. Each request costs two changes of context, whatever we do in it.</summary>
public sealed class RequestCountTests
{
    private const int FileCount = 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_walk_over_a_thousand_files_with_their_attributes_takes_a_dozen_requests()
    {
        await using FuseTestMount mount = await StartAsync();

        await ForeignTool.SucceedAsync("find", mount.Path, "-printf", "%s %T@ %u\n");
        long cold = mount.Mount.Counters.Total;
        await ForeignTool.SucceedAsync("find", mount.Path, "-printf", "%s %T@ %u\n");
        long warm = mount.Mount.Counters.Total - cold;

        Assert.InRange(cold, 1, 12);
        Assert.InRange(warm, 0, 6);
    }

    [Fact]
    public async Task A_small_file_is_read_in_one_request_and_read_again_in_none()
    {
        await using FuseTestMount mount = await StartAsync();

        long cold = await ReadsOfAPassAsync(mount);
        long total = mount.Mount.Counters.Total;

        Assert.Equal(FileCount, Directory.GetFiles(mount.Path).Length);
        Assert.Equal(FileCount, cold);
        Assert.InRange(total, FileCount, FileCount + 20);
        Assert.Equal(1, mount.Mount.Counters[RequestKind.Open]);

        // The kernel may take back a page between two passes. Without its cache no pass would ever be free.
        await Eventually.HoldsAsync(async () => await ReadsOfAPassAsync(mount) == 0);
    }

    [Fact]
    public async Task A_large_file_is_read_ahead_in_requests_of_a_mebibyte()
    {
        const int SizeMib = 64;
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("file", new byte[SizeMib * 1024 * 1024]));

        await ForeignTool.SucceedAsync("dd", $"if={mount.Join("file")}", "of=/dev/null", "bs=1M");

        Assert.InRange(mount.Mount.Counters[RequestKind.Read], SizeMib, SizeMib + 16);
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(1024, 1024)]
    [InlineData(8192, 8192)]
    public async Task The_read_ahead_of_the_kernel_is_what_the_options_say(int option, int expected)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("file", [1]), options: new FuseOptions { ReadAheadKib = option });
        _ = await File.ReadAllBytesAsync(mount.Join("file"), Token);

        string device = MountTable.Find(mount.Path)!.Device;
        string kib = await File.ReadAllTextAsync($"/sys/class/bdi/{device}/read_ahead_kb", Token);

        Assert.Equal($"{expected}\n", kib);
    }

    [Fact]
    public async Task Streams_of_files_that_were_read_stay_open_up_to_the_limit()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            for (int index = 0; index < OpenStreams.IdleMax + 200; index++)
            {
                files.AddFile($"file {index}", [1]);
            }
        });

        await ForeignTool.SucceedAsync("sh", "-c", $"cat {mount.Path}/* > /dev/null");

        Assert.Equal(OpenStreams.IdleMax, mount.FileSystem.OpenStreamCount);
    }

    private static async Task<long> ReadsOfAPassAsync(FuseTestMount mount)
    {
        long before = mount.Mount.Counters[RequestKind.Read];
        await ForeignTool.SucceedAsync("sh", "-c", $"cat {mount.Path}/* > /dev/null");
        return mount.Mount.Counters[RequestKind.Read] - before;
    }

    private static Task<FuseTestMount> StartAsync() => FuseTestMount.StartAsync(files =>
    {
        for (int index = 0; index < FileCount; index++)
        {
            files.AddFile($"file number {index:D4}", new byte[4096]);
        }
    });
}
