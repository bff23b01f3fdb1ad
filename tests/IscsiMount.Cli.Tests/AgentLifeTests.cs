using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests;

/// <summary>The agent starts by itself, once, survives nothing that it should not, and ends without a trace.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AgentLifeTests
{
    [Fact]
    public async Task Ten_verbs_at_once_start_one_agent()
    {
        await using var cli = new CliUnderTest();

        ToolResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => cli.RunAsync("status", "--json")));

        Assert.All(results, result => result.MustSucceed());
        Assert.Single(results.Select(ProcessIdOf).Distinct());
        await Eventually.HoldsAsync(() => cli.Agents().Length == 1);
    }

    [Fact]
    public async Task The_socket_and_its_folder_are_closed_to_others()
    {
        await using var cli = new CliUnderTest();

        (await cli.RunAsync("agent", "start")).MustSucceed();

        const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(ReadWrite, File.GetUnixFileMode(cli.Socket));
        Assert.Equal(ReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(cli.Socket)!));
    }

    [Fact]
    public async Task A_folder_that_was_open_to_others_is_closed()
    {
        await using var cli = new CliUnderTest();
        string folder = Directory.CreateDirectory(Path.GetDirectoryName(cli.Socket)!).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);

        (await cli.RunAsync("agent", "start")).MustSucceed();

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task After_a_kill_the_next_verb_starts_another_agent()
    {
        await using var cli = new CliUnderTest();
        (await cli.RunAsync("agent", "start")).MustSucceed();
        int first = await cli.AgentProcessIdAsync();

        await ForeignTool.SucceedAsync("kill", "-9", $"{first}");
        await Eventually.HoldsAsync(() => cli.Agents().Length == 0);

        Assert.True(File.Exists(cli.Socket), "the killed agent leaves its socket");
        (await cli.RunAsync("status")).MustSucceed();
        Assert.NotEqual(first, await cli.AgentProcessIdAsync());
    }

    [Fact]
    public async Task A_second_agent_ends_with_15_and_leaves_the_first_one_alone()
    {
        await using var cli = new CliUnderTest();
        (await cli.RunAsync("agent", "start")).MustSucceed();
        int first = await cli.AgentProcessIdAsync();

        ToolResult second = await cli.RunAsync("agent", "run");

        second.MustExitWith(15);
        Assert.Equal(first, await cli.AgentProcessIdAsync());
    }

    [Fact]
    public async Task Stop_returns_when_the_process_has_let_go_of_everything()
    {
        await using var cli = new CliUnderTest();
        (await cli.RunAsync("agent", "start")).MustSucceed();

        (await cli.RunAsync("agent", "stop")).MustSucceed();

        Assert.False(File.Exists(cli.Socket));
        (await cli.RunAsync("agent", "status")).MustExitWith(20);
        await Eventually.HoldsAsync(() => cli.Agents().Length == 0);
    }

    [Fact]
    public async Task Stop_without_an_agent_is_done_already()
    {
        await using var cli = new CliUnderTest();

        (await cli.RunAsync("agent", "stop")).MustSucceed();

        Assert.Empty(cli.Agents());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task A_signal_ends_the_agent_in_order(string signal)
    {
        await using var cli = new CliUnderTest();
        // Whoever runs the tests may ignore signals (nohup, a script's background), and a child inherits that.
        await using ForeignProcess agent = ForeignTool.Start(
            "env", ["--default-signal=HUP,INT,TERM", CliUnderTest.Executable, "agent", "run"], cli.Options);
        await Eventually.HoldsAsync(() => agent.Output.Contains("listens", StringComparison.Ordinal));

        await ForeignTool.SucceedAsync("kill", $"-{signal}", $"{agent.ProcessId}");

        Assert.Equal(0, await agent.WaitForExitAsync(ForeignTool.DefaultLimit));
        Assert.False(File.Exists(cli.Socket));
    }

    [Fact]
    public async Task A_captured_verb_ends_and_its_pipe_ends_although_the_agent_lives_on()
    {
        await using var cli = new CliUnderTest();
        var start = new ProcessStartInfo(CliUnderTest.Executable, ["agent", "start"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ISCSIMOUNT_HOME"] = cli.Home;
        using var verb = Process.Start(start)!;
        Task<string> output = verb.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = verb.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        // Apart, since a pipe that an agent has inherited stays open after the verb has ended.
        CancellationToken token = TestContext.Current.CancellationToken;
        await verb.WaitForExitAsync(token).WaitAsync(Eventually.DefaultLimit, token);
        await Task.WhenAll(output, errors).WaitAsync(Eventually.DefaultLimit, token);

        Assert.Equal(0, verb.ExitCode);
        Assert.Single(cli.Agents());
    }

    [Fact]
    public async Task The_agent_has_no_terminal_no_open_file_of_its_starter_and_stands_in_the_root()
    {
        await using var cli = new CliUnderTest();
        (await cli.ShellAsync($"exec 7<{CliUnderTest.Executable}; cd /usr; $X agent start")).MustSucceed();
        string process = $"/proc/{await cli.AgentProcessIdAsync()}";

        string[] files = [.. Directory.EnumerateFiles($"{process}/fd").Select(LinkTarget)];

        Assert.DoesNotContain(CliUnderTest.Executable, files);
        Assert.Equal("/", LinkTarget($"{process}/cwd"));
        Assert.Equal("/dev/null", LinkTarget($"{process}/fd/0"));
        string[] stat = File.ReadAllText($"{process}/stat").Split(") ")[1].Split(' ');
        Assert.Equal(Path.GetFileName(process), stat[3]);   // its session is its own
    }

    [Fact]
    public async Task A_home_that_is_a_file_is_named_as_the_reason()
    {
        using var folder = new TemporaryFolder();
        string home = folder.Join("home");
        File.WriteAllText(home, "");

        await MustNotStartAsync(home, home);
    }

    [Fact]
    public async Task A_reason_that_only_the_agent_knows_is_told_by_the_command()
    {
        using var folder = new TemporaryFolder();
        string state = folder.Join("state");
        File.WriteAllText(state, "a file where the folder of the log must be");

        await MustNotStartAsync(folder.Path, state);
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_told_before_anything_is_started()
    {
        ToolResult result = await RunWithHomeAsync("/tmp/" + new string('h', 100), "status");

        result.MustExitWith(20);
        Assert.Contains("too long", result.Errors, StringComparison.Ordinal);
    }

    private static async Task MustNotStartAsync(string home, string words)
    {
        ToolResult result = await RunWithHomeAsync(home, "status");

        result.MustExitWith(20);
        Assert.Contains(words, result.Errors, StringComparison.Ordinal);
        Assert.Contains("next:", result.Errors, StringComparison.Ordinal);
    }

    private static Task<ToolResult> RunWithHomeAsync(string home, params string[] arguments)
    {
        var options = new ToolOptions { Environment = new Dictionary<string, string?> { ["ISCSIMOUNT_HOME"] = home } };
        return ForeignTool.RunAsync(CliUnderTest.Executable, arguments, options);
    }

    private static int ProcessIdOf(ToolResult result)
    {
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.GetProperty("agent").GetProperty("processId").GetInt32();
    }

    private static string LinkTarget(string path) => new FileInfo(path).LinkTarget ?? "";
}
