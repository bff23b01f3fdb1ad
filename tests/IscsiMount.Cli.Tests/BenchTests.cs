using System.Text.Json;
using IscsiMount.Testing;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Cli.Tests;

/// <summary>The verb <c>bench</c>, as its user sees it, on our own target.</summary>
public sealed class BenchTests(BenchTests.Shared shared) : IClassFixture<BenchTests.Shared>
{
    private const int MiB = 1024 * 1024;

    private readonly ProgramUnderTest _program = shared.Program;

    [Fact]
    public async Task The_document_has_the_recorded_fields_and_figures_that_fit_together()
    {
        await using OwnTarget target = await OwnTarget.StartAsync(_program, "--lun", "ram:8M");

        JsonElement document = await _program.AskAsync(
            "bench", "--portal", target.Portal, "--pattern", "read", "--pattern", "randwrite", "--destroy-data",
            "--block-size", "8K", "--depth", "4", "--time", "200ms", "--size", "4M", "--connections", "2");

        JsonElement[] runs = [.. document.GetProperty("bench").EnumerateArray()];
        Assert.Equal(["read", "randwrite"], runs.Select(run => run.GetProperty("pattern").GetString()));
        Assert.All(runs, run =>
        {
            Assert.Equal(
                [
                    "pattern", "blockSize", "depth", "connections", "seconds", "operations", "iops", "bytesPerSecond",
                    "latencyMicroseconds", "cpuMicrosecondsPerOperation", "allocatedBytesPerOperation",
                ],
                run.EnumerateObject().Select(field => field.Name));
            JsonElement latency = run.GetProperty("latencyMicroseconds");
            Assert.Equal(["p50", "p90", "p99", "p999", "max"], latency.EnumerateObject().Select(field => field.Name));
            Assert.Equal((8192, 4, 2), (Whole(run, "blockSize"), Whole(run, "depth"), Whole(run, "connections")));
            Assert.True(Whole(run, "operations") > 0);
            Assert.Equal(Figure(run, "iops") * 8192, Figure(run, "bytesPerSecond"), Figure(run, "iops"));
            Assert.True(Figure(latency, "p50") > 0 && Figure(latency, "p50") <= Figure(latency, "max"));
            Assert.True(Figure(run, "cpuMicrosecondsPerOperation") > 0);
        });
    }

    [Fact]
    public async Task Text_is_one_row_for_each_pattern()
    {
        await using OwnTarget target = await OwnTarget.StartAsync(_program, "--lun", "ram:8M");

        ToolResult result = await _program.RunAsync("bench", "--portal", target.Portal, "--time", "100ms");

        string[] lines = result.MustSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("PATTERN", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^randread +4\.0 KiB +32 +1 +[0-9]+ ", lines[1]);
    }

    [Fact]
    public async Task Without_consent_nothing_is_written_and_with_it_only_the_part_that_was_given_up()
    {
        using var folder = new TemporaryFolder();
        string image = folder.Join("disk.img");
        await File.WriteAllBytesAsync(image, new byte[4 * MiB], TestContext.Current.CancellationToken);

        ToolResult refused = await WriteToAsync(image);
        byte[] before = await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken);
        ToolResult allowed = await WriteToAsync(image, "--destroy-data");
        byte[] after = await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken);

        refused.MustExitWith(2);
        Assert.Contains("--destroy-data", refused.Errors, StringComparison.Ordinal);
        Assert.False(before.AsSpan().ContainsAnyExcept((byte)0));
        allowed.MustSucceed();
        Assert.True(after.AsSpan(0, MiB).ContainsAnyExcept((byte)0));
        Assert.False(after.AsSpan(MiB).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task What_the_agent_holds_is_measured_but_not_overwritten()
    {
        await using OwnTarget target = await OwnTarget.StartAsync(_program, "--lun", "ram:4M");
        await _program.AskAsync("login", "--portal", target.Portal, "--no-mount");
        string[] bench = ["bench", "--portal", target.Portal, "--time", "100ms"];

        ToolResult write = await _program.RunAsync([.. bench, "--pattern", "write", "--destroy-data"]);
        ToolResult read = await _program.RunAsync([.. bench, "--pattern", "read"]);
        await _program.LogoutAsync();

        write.MustExitWith(11);
        Assert.Contains("session 1", write.Errors, StringComparison.Ordinal);
        read.MustSucceed();
    }

    [Theory]
    [InlineData(16, "blocks of 512", "--block-size", "1000")]
    [InlineData(16, "there are", "--size", "1G")]
    [InlineData(16, "write protected", "--pattern", "write", "--destroy-data")]
    [InlineData(3, "It has: 0", "--lun", "7")]
    [InlineData(2, "must be 1 to", "--depth", "0")]
    [InlineData(2, "must be 1 to", "--connections", "99")]
    [InlineData(2, "not a size", "--block-size", "1G")]
    public async Task What_cannot_be_measured_is_explained(int exitCode, string reason, params string[] arguments)
    {
        ToolResult result = await _program.RunAsync(
            ["bench", "--portal", shared.Protected.Portal, "--time", "1s", .. arguments]);

        result.MustExitWith(exitCode);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task Several_disks_want_a_choice()
    {
        await using OwnTarget target = await OwnTarget.StartAsync(_program, "--lun", "ram:4M", "--lun", "ram:8M");

        ToolResult result = await _program.RunAsync("bench", "--portal", target.Portal);

        result.MustExitWith(2);
        Assert.Contains("--lun: 0, 1", result.Errors, StringComparison.Ordinal);
    }

    private async Task<ToolResult> WriteToAsync(string image, params string[] more)
    {
        // The target has the image to itself until it is gone.
        await using OwnTarget target = await OwnTarget.StartAsync(_program, "--lun", image);
        return await _program.RunAsync(
            ["bench", "--portal", target.Portal, "--pattern", "write", "--time", "100ms", "--size", "1M", .. more]);
    }

    private static long Whole(JsonElement element, string field) => element.GetProperty(field).GetInt64();

    private static double Figure(JsonElement element, string field) => element.GetProperty(field).GetDouble();

    /// <summary>The program, and a target that takes no writes.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public ProgramUnderTest Program { get; } = new();

        public OwnTarget Protected { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Protected = await OwnTarget.StartAsync(Program, "--lun", "ram:4M", "--read-only");

        public async ValueTask DisposeAsync()
        {
            await Protected.DisposeAsync();
            await Program.DisposeAsync();
        }
    }
}
