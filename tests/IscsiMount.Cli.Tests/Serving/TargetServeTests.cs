using System.Globalization;
using System.Text.Json;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests.Serving;

/// <summary>The verb <c>target serve</c>, as its user sees it.</summary>
public sealed class TargetServeTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private static readonly string Program = Path.Join(AppContext.BaseDirectory, "iscsimount");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_what_it_serves_and_keeps_what_was_written_when_it_is_told_to_end()
    {
        string image = CreateImage(16 * MiB);
        await using ForeignProcess server = Serve("--lun", image, "--lun", "ram:32M", "--iqn", "iqn.2026-01.example:A");
        await Eventually.HoldsAsync(
            () => server.Output.Contains("lun 1", StringComparison.Ordinal) || server.HasExited);
        string[] lines = server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string portal = lines[0].Split(' ')[1];

        Assert.Equal($"portal {portal}  target iqn.2026-01.example:a", lines[0]);
        Assert.StartsWith("lun 0  16.0 MiB  512-byte blocks  read-write  serial ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("lun 1  32.0 MiB  512-byte blocks  read-write  serial ", lines[2], StringComparison.Ordinal);
        await ForeignTool.SucceedAsync(
            "qemu-io", "-f", "raw", "-c", "write -P 0x5a 1M 1M", $"iscsi://{portal}/iqn.2026-01.example:a/0");
        await ForeignTool.SucceedAsync("kill", "-TERM", server.ProcessId.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(0, await server.WaitForExitAsync(ForeignTool.DefaultLimit));
        byte[] content = await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken);
        Assert.All(content.AsSpan(MiB, MiB).ToArray(), each => Assert.Equal(0x5A, each));
        Assert.Equal(0, content[MiB - 1]);
    }

    [Fact]
    public async Task With_json_it_prints_one_document()
    {
        await using ForeignProcess server = Serve("--lun", "ram:8M", "--block-size", "4096", "--read-only", "--json");
        await Eventually.HoldsAsync(
            () => server.HasExited || server.Output.Contains("\n}\n", StringComparison.Ordinal));

        using var document = JsonDocument.Parse(server.Output);
        JsonElement unit = document.RootElement.GetProperty("luns")[0];
        JsonElement target = document.RootElement.GetProperty("targets")[0];

        Assert.Equal("iscsimount/1", document.RootElement.GetProperty("schema").GetString());
        Assert.StartsWith("127.0.0.1:", target.GetProperty("portals")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(
            (4096, 8L * MiB, true),
            (unit.GetProperty("blockLength").GetInt32(), unit.GetProperty("sizeBytes").GetInt64(),
                unit.GetProperty("isWriteProtected").GetBoolean()));
    }

    [Theory]
    [InlineData("nowhere.img", "127.0.0.1:0", 3, "does not exist")]
    [InlineData("ram:many", "127.0.0.1:0", 2, "no size")]
    [InlineData("ram:1000", "127.0.0.1:0", 2, "whole number of blocks")]
    [InlineData("ram:1M", "nonsense:port:0:", 2, "no portal")]
    public async Task A_mistake_is_explained_and_nothing_is_served(
        string lun, string portal, int exitCode, string reason)
    {
        ToolResult result = await ForeignTool.RunAsync(
            Program, ["target", "serve", "--lun", lun, "--portal", portal], InFolder());

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_portal_in_use_and_an_image_in_use_are_explained()
    {
        string image = CreateImage(MiB);
        await using ForeignProcess server = Serve("--lun", image);
        await Eventually.HoldsAsync(
            () => server.Output.Contains("lun 0", StringComparison.Ordinal) || server.HasExited);
        string portal = server.Output.Split(' ')[1];

        ToolResult samePortal = await ForeignTool.RunAsync(
            Program, ["target", "serve", "--lun", "ram:1M", "--portal", portal], InFolder());
        ToolResult sameImage = await ForeignTool.RunAsync(
            Program, ["target", "serve", "--lun", image, "--portal", "127.0.0.1:0"], InFolder());

        Assert.Equal((11, 1), (samePortal.ExitCode, sameImage.ExitCode));
        Assert.Contains("in use", samePortal.Errors, StringComparison.Ordinal);
        Assert.Contains("cannot be served", sameImage.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_none_is_explained()
    {
        ToolResult result = await ForeignTool.RunAsync(
            Program, ["target", "serve", "--lun", "ram:1M", "--portal", "127.0.0.1:0", "--iqn", "disk"], InFolder());

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no iSCSI name", result.Errors, StringComparison.Ordinal);
    }

    private ForeignProcess Serve(params string[] arguments) => ForeignTool.Start(
        Program, ["target", "serve", "--portal", "127.0.0.1:0", .. arguments], InFolder());

    private ToolOptions InFolder() => new() { WorkingFolder = _folder.Path };

    private string CreateImage(long size)
    {
        string path = _folder.Join("disk.img");
        using FileStream file = File.Create(path);
        file.SetLength(size);
        return path;
    }
}
