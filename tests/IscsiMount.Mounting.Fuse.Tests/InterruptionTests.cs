using IscsiMount.Contracts;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>Devices that do not answer, clients that give up, and bugs: the mount goes on.</summary>
public sealed class InterruptionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_client_ends_its_lookup_and_is_gone_at_once()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile("folder/file", [1]));
        MemoryFileSystemNode folder = mount.FileSystem.Find("folder");
        MemoryFileSystemGate gate = mount.FileSystem.Hold(MemoryFileSystemCall.Lookup, folder.Id);
        await using ForeignProcess client = ForeignTool.Start("stat", [mount.Join("folder", "file")]);
        await Eventually.HoldsAsync(() => gate.WaitingCount == 1);

        await client.KillAsync();

        await Eventually.HoldsAsync(() => gate.CancelledCount == 1);
        Assert.True(client.HasExited);
        mount.FileSystem.Remove(gate);
        Assert.True(File.Exists(mount.Join("folder", "file")));
    }

    [Fact]
    public async Task A_killed_client_cancels_its_direct_read()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("file", new byte[8192]));
        MemoryFileSystemGate gate = mount.FileSystem.Hold(
            MemoryFileSystemCall.Read, mount.FileSystem.Find("file").Id);
        await using ForeignProcess client = ForeignTool.Start(
            "dd", [$"if={mount.Join("file")}", "iflag=direct", "bs=4096", "of=/dev/null"]);
        await Eventually.HoldsAsync(() => gate.WaitingCount == 1);

        await client.KillAsync();

        await Eventually.HoldsAsync(() => gate.CancelledCount == 1);
        mount.FileSystem.Remove(gate);
        Assert.Equal(8192, (await File.ReadAllBytesAsync(mount.Join("file"), Token)).Length);
    }

    [Fact]
    public async Task A_client_that_survived_a_signal_can_be_killed_later()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile("folder/file", [1]));
        MemoryFileSystemGate gate = mount.FileSystem.Hold(
            MemoryFileSystemCall.Lookup, mount.FileSystem.Find("folder").Id);
        await using ForeignProcess client = ForeignTool.Start(
            "perl", ["-e", $"$SIG{{USR1}} = sub {{}}; stat('{mount.Join("folder", "file")}')"]);
        await Eventually.HoldsAsync(() => gate.WaitingCount == 1);

        await ForeignTool.SucceedAsync("kill", "-USR1", $"{client.ProcessId}");
        await Eventually.HoldsAsync(() => mount.Mount.Counters.Signals == 1);
        Assert.Equal((1, 0), (gate.WaitingCount, gate.CancelledCount));

        await client.KillAsync();

        await Eventually.HoldsAsync(() => gate.CancelledCount == 1);
        Assert.True(client.HasExited);
    }

    [Fact]
    public async Task Requests_that_wait_do_not_hold_up_others()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            for (int index = 0; index < 20; index++)
            {
                files.AddFile($"slow {index}", "slow"u8.ToArray());
            }

            files.AddFile("quick", "quick"u8.ToArray());
        });
        MemoryFileSystemGate[] gates =
        [
            .. Enumerable.Range(0, 20).Select(index => mount.FileSystem.Hold(
                MemoryFileSystemCall.Read, mount.FileSystem.Find($"slow {index}").Id)),
        ];
        string[] slow = [.. Enumerable.Range(0, 20).Select(index => mount.Join($"slow {index}"))];
        Task<string>[] reading = [.. slow.Select(path => ForeignTool.SucceedAsync("cat", path))];
        await Eventually.HoldsAsync(() => gates.All(gate => gate.WaitingCount > 0));

        string quick = await File.ReadAllTextAsync(mount.Join("quick"), Token);
        Array.ForEach(gates, gate => gate.Open());

        Assert.Equal("quick", quick);
        Assert.All(await Task.WhenAll(reading), text => Assert.Equal("slow\n", text));
    }

    [Theory]
    [InlineData(MemoryFileSystemCall.Read, "cat")]
    [InlineData(MemoryFileSystemCall.Open, "cat")]
    [InlineData(MemoryFileSystemCall.GetProperties, "stat")]
    public async Task A_device_fault_is_an_io_error_for_one_request_only(MemoryFileSystemCall call, string program)
    {
        await using FuseTestMount mount = await StartWithoutCacheAsync();
        MemoryFileSystemGate gate = mount.FileSystem.Hold(call, mount.FileSystem.Find("file").Id);
        gate.Break(new DamagedMediumException("block 7", "it is gone"));

        ToolResult broken = await ForeignTool.RunAsync(program, [mount.Join("file")]);
        mount.FileSystem.Remove(gate);
        ToolResult healed = await ForeignTool.RunAsync(program, [mount.Join("file")]);

        Assert.Contains("Input/output error", broken.Errors, StringComparison.Ordinal);
        healed.MustSucceed();
    }

    [Fact]
    public async Task A_bug_of_a_file_system_is_an_io_error_and_the_mount_goes_on()
    {
        await using FuseTestMount mount = await StartWithoutCacheAsync();
        MemoryFileSystemGate gate = mount.FileSystem.Hold(
            MemoryFileSystemCall.Read, mount.FileSystem.Find("file").Id);
        gate.Break(new InvalidOperationException("a bug"));

        ToolResult broken = await ForeignTool.RunAsync("cat", [mount.Join("file")]);

        Assert.Contains("Input/output error", broken.Errors, StringComparison.Ordinal);
        Assert.Equal("other", await File.ReadAllTextAsync(mount.Join("other"), Token));
    }

    [Fact]
    public async Task A_fault_in_a_listing_is_an_io_error_of_the_listing()
    {
        await using FuseTestMount mount = await StartWithoutCacheAsync();
        MemoryFileSystemGate gate = mount.FileSystem.Hold(MemoryFileSystemCall.List, mount.FileSystem.Root);
        gate.Break(new DamagedMediumException("index", "it is gone"));

        ToolResult broken = await ForeignTool.RunAsync("ls", [mount.Path]);
        mount.FileSystem.Remove(gate);

        Assert.Contains("Input/output error", broken.Errors, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(mount.Path).Length);
    }

    [Fact]
    public async Task A_tree_whose_answers_all_come_late_and_from_other_threads_is_the_same()
    {
        using var folder = new TemporaryFolder();
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            for (int index = 0; index < 500; index++)
            {
                files.AddFile($"folder {index % 7}/file {index}", RandomBytes(index * 997, index));
            }
        });

        mount.FileSystem.AnswersLate = true;
        await ForeignTool.SucceedAsync("cp", "-r", mount.Path, folder.Join("late"));
        mount.FileSystem.AnswersLate = false;

        await ForeignTool.SucceedAsync("diff", "-r", mount.Path, folder.Join("late"));
        Assert.Equal(500, Directory.GetFiles(folder.Join("late"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Signals_that_a_program_handles_do_not_end_its_calls()
    {
        await using FuseTestMount mount = await StartWithoutCacheAsync();
        mount.FileSystem.AnswersLate = true;

        // Each stat is done (0), and none is interrupted (EINTR, 4), as on a disk; the signals come at random.
        string loop = "use Time::HiRes qw(ualarm); my %seen; $SIG{ALRM} = sub {}; ualarm(97, 97); "
            + $"for (1..10000) {{ $seen{{stat('{mount.Join("file")}') ? 0 : $! + 0}}++ }} ualarm(0); "
            + "print join(' ', sort keys %seen)";
        Task<string>[] clients =
            [.. Enumerable.Range(0, 4).Select(_ => ForeignTool.SucceedAsync("perl", "-e", loop))];

        Assert.All(await Task.WhenAll(clients), seen => Assert.Equal("0\n", seen));
        Assert.Equal("other", await File.ReadAllTextAsync(mount.Join("other"), Token));
    }

    private static byte[] RandomBytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Task<FuseTestMount> StartWithoutCacheAsync() => FuseTestMount.StartAsync(
        files =>
        {
            files.AddFile("file", "content"u8.ToArray());
            files.AddFile("other", "other"u8.ToArray());
        },
        options: new FuseOptions { CacheTimeout = TimeSpan.Zero });
}
