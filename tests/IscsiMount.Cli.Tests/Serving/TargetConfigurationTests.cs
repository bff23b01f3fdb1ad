using System.Globalization;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests.Serving;

/// <summary>The verb <c>target serve</c> with a configuration file.</summary>
public sealed class TargetConfigurationTests : IDisposable
{
    private const string Secret = "UserSecret1234";

    private static readonly string Program = Path.Join(AppContext.BaseDirectory, "iscsimount");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_serves_several_targets_each_to_whom_it_is_for_and_changes_them_while_it_runs()
    {
        await WriteSecretAsync();
        WriteFile(Target(
            "one", "ram:8M", """ "access": { "users": [ { "name": "user", "secretFile": "secret" } ] } """));
        await using ForeignProcess server = Serve("--log-level", "Information");
        await Eventually.HoldsAsync(() => server.HasExited || Has(server.Output, "lun 0"));
        string portal = server.Output.Split(' ')[1];

        Assert.True(await CanReadAsync($"user%{Secret}@{portal}", "one"));
        Assert.False(await CanReadAsync(portal, "one"));
        Assert.False(await CanReadAsync(portal, "two"));

        WriteFile(Target("one", "ram:8M", """ "alias": "open" """), Target("two", "ram:4M"));
        await SignalAsync(server, "-HUP");
        await Eventually.HoldsAsync(() => server.HasExited || Has(server.Errors, "Serving 2 targets now"));
        Assert.True(await CanReadAsync(portal, "one"));
        Assert.True(await CanReadAsync(portal, "two"));

        WriteFile(Target("two", "ram:16M"));
        await SignalAsync(server, "-HUP");
        await Eventually.HoldsAsync(() => server.HasExited || Has(server.Errors, "is not taken"));
        Assert.True(await CanReadAsync(portal, "one"));
        await SignalAsync(server, "-TERM");
        Assert.Equal(0, await server.WaitForExitAsync(ForeignTool.DefaultLimit));
        Assert.DoesNotContain(Secret, server.Output + server.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", 2, "cannot be used")]
    [InlineData("""{ "targets": [], "colour": "red" }""", 2, "colour")]
    [InlineData("""{ "targets": [ { "name": "disk" } ] }""", 2, "no iSCSI name")]
    [InlineData("""{ "targets": [ { "name": "iqn.2026-01.example:a", "luns": [ { "source": "no.img" } ] } ] }""",
        3, "no image 'no.img'")]
    [InlineData("""
        { "targets": [ { "name": "iqn.2026-01.example:a", "access": { "networks": [ "10.0.0.0/40" ] } } ] }
        """, 2, "no network")]
    [InlineData("""
        { "targets": [ { "name": "iqn.2026-01.example:a" }, { "name": "iqn.2026-01.example:A" } ] }
        """, 2, "2 targets")]
    [InlineData("""
        { "targets": [ { "name": "iqn.2026-01.example:a",
            "access": { "users": [ { "name": "u", "secretFile": "open" } ] } } ] }
        """, null, "cannot hold a secret")]
    public async Task A_mistake_in_the_file_is_explained_and_nothing_is_served(
        string content, int? exitCode, string reason)
    {
        await File.WriteAllTextAsync(
            _folder.Join("open"), Secret, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            _folder.Join("targets.json"), content, TestContext.Current.CancellationToken);

        ToolResult result = await ForeignTool.RunAsync(
            Program, ["target", "serve", "--config", "targets.json", "--portal", "127.0.0.1:0"], InFolder());

        Assert.Equal((exitCode ?? result.ExitCode, ""), (result.ExitCode, result.Output));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--config", "targets.json", "--lun", "ram:1M")]
    [InlineData]
    public async Task A_file_or_units_say_what_to_serve_and_not_both(params string[] arguments)
    {
        ToolResult result = await ForeignTool.RunAsync(Program, ["target", "serve", .. arguments], InFolder());

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--config", result.Errors, StringComparison.Ordinal);
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);

    private static async Task<bool> CanReadAsync(string server, string target)
    {
        ToolResult result = await ForeignTool.RunAsync(
            "iscsi-readcapacity16", [$"iscsi://{server}/iqn.2026-01.example:{target}/0"]);
        return result.ExitCode == 0;
    }

    private static Task<string> SignalAsync(ForeignProcess server, string signal) =>
        ForeignTool.SucceedAsync("kill", signal, server.ProcessId.ToString(CultureInfo.InvariantCulture));

    private static string Target(string name, string source, string rest = """ "alias": "" """) => $$"""
        {
            "name": "iqn.2026-01.example:{{name}}",
            "luns": [ { "source": "{{source}}" } ],
            {{rest}}
        }
        """;

    private ForeignProcess Serve(params string[] arguments) => ForeignTool.Start(
        Program, ["target", "serve", "--config", "targets.json", .. arguments], InFolder());

    private void WriteFile(params string[] targets) => File.WriteAllText(
        _folder.Join("targets.json"),
        $$"""
        {
            "portals": [ "127.0.0.1:0" ], // the system chooses
            "targets": [ {{string.Join(',', targets)}} ]
        }
        """);

    private async Task WriteSecretAsync()
    {
        string path = _folder.Join("secret");
        await File.WriteAllTextAsync(path, Secret + "\n", TestContext.Current.CancellationToken);
        await ForeignTool.SucceedAsync("chmod", "600", path);
    }

    private ToolOptions InFolder() => new() { WorkingFolder = _folder.Path };
}
