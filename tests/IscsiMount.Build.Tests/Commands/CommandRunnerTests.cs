using IscsiMount.Build.Commands;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Build.Tests.Commands;

public sealed class CommandRunnerTests
{
    [Fact]
    public async Task Output_errors_and_exit_code_are_kept()
    {
        CommandResult result = await RunAsync(Shell("echo said; echo complained >&2; exit 4"));

        Assert.Equal(4, result.ExitCode);
        Assert.Equal(["complained", "said"], result.Output.TrimEnd().Split('\n').Order());
    }

    [Fact]
    public async Task Variables_arrive_and_can_be_taken_away()
    {
        var variables = new Dictionary<string, string?> { ["GREETING"] = "hello", ["HOME"] = null };

        CommandResult result = await RunAsync(Shell("echo $GREETING ${HOME-nowhere}") with { Environment = variables });

        Assert.Equal("hello nowhere\n", result.Output);
    }

    [Fact]
    public async Task A_program_that_waits_for_input_gets_the_end_of_it()
    {
        Assert.True((await RunAsync(Shell("cat"))).IsSuccess);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed_with_its_children()
    {
        using var folder = new TemporaryFolder();
        Command command = Shell($"sleep 1000 & echo $! > {folder.Join("child")}; wait");

        CommandResult result = await RunAsync(command with { Limit = TimeSpan.FromMilliseconds(400) });

        Assert.Null(result.ExitCode);
        Assert.Contains("it took more than 0.4 s", result.Ending, StringComparison.Ordinal);
        await IsGoneAsync(folder.Join("child"));
    }

    [Fact]
    public async Task An_interruption_kills_the_program_and_ends_the_task()
    {
        using var folder = new TemporaryFolder();
        using var interruption = new CancellationTokenSource();
        Command command = Shell($"sleep 1000 & echo $! > {folder.Join("child")}; wait");

        Task<CommandResult> running = CommandRunner.CaptureAsync(command, interruption.Token);
        await Eventually.HoldsAsync(() => IsWritten(folder.Join("child")));
        await interruption.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await IsGoneAsync(folder.Join("child"));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_named()
    {
        var failure = await Assert.ThrowsAsync<BuildFailedException>(() => RunAsync(new Command("no-such-program")));

        Assert.Contains("'no-such-program' cannot be started", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_says_the_command_and_all_that_the_program_said()
    {
        CommandResult result = await RunAsync(Shell("echo the reason; exit 1"));

        var failure = Assert.Throws<BuildFailedException>(result.MustSucceed);
        Assert.Contains("ended with exit code 1.\nthe reason", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/mnt/My Music", "ls '/mnt/My Music'")]
    [InlineData("it's", "ls 'it'\\''s'")]
    [InlineData("", "ls ''")]
    [InlineData("/mnt/music", "ls /mnt/music")]
    public void A_command_is_shown_as_one_would_type_it(string argument, string shown)
    {
        Assert.Equal(shown, new Command("/usr/bin/ls", argument).ToString());
    }

    private static bool IsWritten(string file) => File.Exists(file) && File.ReadAllText(file).EndsWith('\n');

    private static Command Shell(string script) => new("sh", "-c", script);

    private static Task<CommandResult> RunAsync(Command command)
    {
        return CommandRunner.CaptureAsync(command, TestContext.Current.CancellationToken);
    }

    private static Task IsGoneAsync(string idFile)
    {
        string memory = $"/proc/{File.ReadAllText(idFile).Trim()}/statm";
        return Eventually.HoldsAsync(
            () => !File.Exists(memory) || File.ReadAllText(memory).StartsWith("0 ", StringComparison.Ordinal));
    }
}
