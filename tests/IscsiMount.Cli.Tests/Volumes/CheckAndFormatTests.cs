using System.Text.Json;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests.Volumes;

/// <summary>The verbs <c>check</c> and <c>format</c>, as their user sees them. No agent is started by either.</summary>
public sealed class CheckAndFormatTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private static readonly string Program = Path.Join(AppContext.BaseDirectory, "iscsimount");

    private readonly TemporaryFolder _folder = new();

    private string Image => _folder.Join("disk.img");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_volume_that_was_made_is_sound_in_text_and_in_json()
    {
        MakeImage(64);

        ToolResult made = await RunAsync("format", Image, "--fs", "ntfs", "--label", "Archive", "--cluster-size", "8K");
        ToolResult text = await RunAsync("check", Image);
        JsonElement check = await AskAsync("check", Image, "--mode", "crash");

        Assert.Equal(
            $"{Image}: an empty NTFS volume 'Archive', 64.0 MiB, clusters of 8.0 KiB.",
            made.MustSucceed().Output.Trim());
        Assert.StartsWith($"{Image}: the NTFS volume is sound.", text.MustSucceed().Output, StringComparison.Ordinal);
        Assert.Equal(
            ("ntfs", "crash", true, true, 0L),
            (check.GetProperty("fileSystem").GetString(), check.GetProperty("mode").GetString(),
                check.GetProperty("isSound").GetBoolean(), check.GetProperty("isComplete").GetBoolean(),
                check.GetProperty("findingCount").GetInt64()));
        Assert.Equal(JsonValueKind.Array, check.GetProperty("findings").ValueKind);
    }

    [Fact]
    public async Task Damage_is_told_with_its_place_and_ends_with_the_code_of_damage()
    {
        MakeImage(16);
        (await RunAsync("format", Image)).MustSucceed();
        await using (FileStream image = File.Open(Image, FileMode.Open))
        {
            image.Position = image.Length - 100;
            image.WriteByte(1);
        }

        ToolResult text = await RunAsync("check", Image);
        ToolResult json = await RunAsync("check", Image, "--json");
        using var document = JsonDocument.Parse(json.Output);
        JsonElement finding = document.RootElement.GetProperty("checks")[0].GetProperty("findings")[0];

        Assert.Equal((30, 30), (text.ExitCode, json.ExitCode));
        Assert.Contains("damaged: 1 finding.", text.Output, StringComparison.Ordinal);
        Assert.Contains("is damaged, or was not unmounted in order", text.Errors, StringComparison.Ordinal);
        Assert.Equal(("", "bootBackupDiffers"), (json.Errors, finding.GetProperty("kind").GetString()));
        Assert.Equal((16 * MiB) - 512, finding.GetProperty("offsetBytes").GetInt64());
        Assert.Equal(3001, document.RootElement.GetProperty("problems")[0].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task What_is_there_is_not_overwritten_unless_it_is_given_up()
    {
        MakeImage(16);
        (await RunAsync("format", Image, "--label", "FIRST")).MustSucceed();
        byte[] before = await File.ReadAllBytesAsync(Image, TestContext.Current.CancellationToken);

        ToolResult refused = await RunAsync("format", Image, "--label", "SECOND");
        byte[] after = await File.ReadAllBytesAsync(Image, TestContext.Current.CancellationToken);
        ToolResult forced = await RunAsync("format", Image, "--label", "SECOND", "--force");

        Assert.Equal(11, refused.ExitCode);
        Assert.Contains("It holds an NTFS volume. Nothing was written.", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("--force", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(before, after);
        Assert.Contains("'SECOND'", forced.MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_is_made_and_checked_and_its_neighbour_is_left_alone()
    {
        MakeImage(64);
        ToolResult table = await ForeignTool.RunAsync(
            "sfdisk", ["-q", Image],
            new ToolOptions { Input = "label: gpt\nstart=1MiB, size=20MiB\nstart=24MiB, size=30MiB\n" });
        table.MustSucceed();

        ToolResult unclear = await RunAsync("format", Image);
        ToolResult whole = await RunAsync("format", Image, "--partition", "0");
        ToolResult made = await RunAsync("format", Image, "--partition", "2");
        ToolResult check = await RunAsync("check", Image, "--partition", "2");
        ToolResult neighbour = await RunAsync("check", Image, "--partition", "1");

        Assert.Equal((2, 11), (unclear.ExitCode, whole.ExitCode));
        Assert.Contains("Choose with --partition: 1, 2.", unclear.Errors, StringComparison.Ordinal);
        Assert.Contains("partition 2: an empty NTFS volume", made.MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("partition 2: the NTFS volume is sound", check.MustSucceed().Output, StringComparison.Ordinal);
        Assert.Equal(21, neighbour.ExitCode);
        Assert.Contains("holds no NTFS volume", neighbour.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logical_unit_is_formatted_and_checked_over_a_session_of_its_own()
    {
        MakeImage(32);
        await using ForeignProcess server = ForeignTool.Start(
            Program, ["target", "serve", "--lun", Image, "--portal", "127.0.0.1:0", "--iqn", "iqn.2026-01.example:a"]);
        await Eventually.HoldsAsync(
            () => server.Output.Contains("lun 0", StringComparison.Ordinal) || server.HasExited);
        string url = $"iscsi://{server.Output.Split(' ')[1]}/iqn.2026-01.example:a/0";

        ToolResult made = await RunAsync("format", url, "--label", "Remote");
        ToolResult check = await RunAsync("check", url);

        Assert.Contains("iqn.2026-01.example:a LUN 0: an empty", made.MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("LUN 0: the NTFS volume is sound", check.MustSucceed().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "There is no image", "check", "nowhere.img")]
    [InlineData(21, "holds no NTFS volume", "check", "disk.img")]
    [InlineData(3, "no such partition", "check", "disk.img", "--partition", "7")]
    [InlineData(2, "write 4096, 64K, 2M", "format", "disk.img", "--cluster-size", "many")]
    [InlineData(2, "a power of two", "format", "disk.img", "--cluster-size", "3000")]
    [InlineData(2, "too small", "format", "disk.img", "--cluster-size", "2M")]
    [InlineData(2, "ext9", "format", "disk.img", "--fs", "ext9")]
    public async Task A_mistake_is_explained_and_nothing_is_written(
        int exitCode, string reason, params string[] arguments)
    {
        MakeImage(4);

        ToolResult result = await RunAsync(arguments);

        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        byte[] image = await File.ReadAllBytesAsync(Image, TestContext.Current.CancellationToken);
        Assert.False(image.AsSpan().ContainsAnyExcept((byte)0));
    }

    private void MakeImage(int mebibytes)
    {
        using FileStream file = File.Create(Image);
        file.SetLength((long)mebibytes * MiB);
    }

    private Task<ToolResult> RunAsync(params string[] arguments)
    {
        return ForeignTool.RunAsync(Program, arguments, new ToolOptions
        {
            WorkingFolder = _folder.Path,
            Environment = new Dictionary<string, string?> { ["ISCSIMOUNT_HOME"] = _folder.Join("h") },
        });
    }

    private async Task<JsonElement> AskAsync(params string[] arguments)
    {
        ToolResult result = await RunAsync([.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.MustSucceed().Output);
        return document.RootElement.GetProperty("checks")[0].Clone();
    }
}
