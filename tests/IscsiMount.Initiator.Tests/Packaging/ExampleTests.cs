using System.Globalization;
using IscsiMount.Initiator.Tests.Tgt;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.Initiator.Tests.Packaging;

/// <summary>The example programs, run against Debian's tgt.</summary>
public sealed class ExampleTests
{
    private static readonly string Lun = TgtTarget.Lun.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task CopyLun_makes_a_file_with_every_byte_of_the_unit()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        using var folder = new TemporaryFolder();
        string copy = folder.Join("copy.img");

        ToolResult result = await ExamplePrograms.RunAsync(
            "CopyLun", disk.Target.Portal, TgtTarget.Name, Lun, copy);

        Assert.Contains($"Copied {TgtDisk.Length} bytes", result.MustSucceed().Output, StringComparison.Ordinal);
        Assert.Equal(disk.Content, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ListPartitions_shows_what_sfdisk_has_made()
    {
        using var folder = new TemporaryFolder();
        string image = folder.Join("disk.img");
        await ForeignTool.SucceedAsync(
            "bash", "-c", $"truncate -s 16M {image} && printf '2048,4096,7\\n8192,,83\\n' | sfdisk -q {image}");
        await using TgtTarget target = await TgtTarget.StartAsync(image);

        ToolResult result = await ExamplePrograms.RunAsync("ListPartitions", target.Portal, TgtTarget.Name, Lun);

        string[] lines = result.MustSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Scheme: Mbr", lines[0]);
        Assert.StartsWith("1: from block 2048, 2097152 bytes, ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("2: from block 8192, 12582912 bytes, ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchUnits_shows_that_another_host_has_changed_a_mode()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using ForeignProcess watch = ExamplePrograms.Start(
            "WatchUnits", disk.Target.Portal, TgtTarget.Name, Lun);
        await Eventually.HoldsAsync(
            () => watch.HasExited || watch.Output.Contains("Watching.", StringComparison.Ordinal));
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, TestContext.Current.CancellationToken);

        await unit.Modes.TrySetWriteCacheAsync(isOn: false, saves: false, TestContext.Current.CancellationToken);

        await Eventually.HoldsAsync(
            () => watch.HasExited || watch.Output.Contains("ModeChanged", StringComparison.Ordinal));
        Assert.False(watch.HasExited, watch.Report());
        Assert.Contains($"Logical unit {Lun}: ModeChanged", watch.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CopyLun")]
    [InlineData("ListPartitions")]
    [InlineData("WatchUnits")]
    public async Task A_wrong_call_says_how_it_is_called(string name)
    {
        ToolResult result = await ExamplePrograms.RunAsync(name);

        Assert.Contains($"Usage: {name} PORTAL", result.MustExitWith(2).Errors, StringComparison.Ordinal);
    }
}
