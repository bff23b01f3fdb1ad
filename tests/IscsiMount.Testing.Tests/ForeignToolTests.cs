using Xunit;
using Xunit.Sdk;

namespace IscsiMount.Testing.Tests;

public sealed class ForeignToolTests
{
    [Fact]
    public async Task Output_and_errors_and_exit_code_are_kept()
    {
        ToolResult result = await ForeignTool.RunAsync("sh", ["-c", "echo said; echo complained >&2; exit 3"]);

        Assert.Equal(("said\n", "complained\n", 3), (result.Output, result.Errors, result.ExitCode));
    }

    [Fact]
    public async Task Input_environment_and_folder_arrive()
    {
        using var folder = new TemporaryFolder();
        var options = new ToolOptions
        {
            Input = "from input",
            WorkingFolder = folder.Path,
            Environment = new Dictionary<string, string?> { ["GREETING"] = "from environment" },
        };

        ToolResult result = await ForeignTool.RunAsync("sh", ["-c", "cat; echo; echo $GREETING; pwd"], options);

        Assert.Equal($"from input\nfrom environment\n{folder.Path}\n", result.Output);
    }

    [Fact]
    public async Task A_failure_shows_what_the_program_said()
    {
        XunitException failure = await Assert.ThrowsAnyAsync<XunitException>(
            () => ForeignTool.SucceedAsync("sh", "-c", "echo the reason >&2; exit 1"));

        Assert.Contains("the reason", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_with_its_children()
    {
        using var folder = new TemporaryFolder();
        string script = $"sleep 1000 & echo $! > {folder.Join("child")}; wait";
        var options = new ToolOptions { Limit = TimeSpan.FromMilliseconds(300) };

        await Assert.ThrowsAsync<TimeoutException>(() => ForeignTool.RunAsync("sh", ["-c", script], options));

        string child = File.ReadAllText(folder.Join("child")).Trim();
        await Eventually.HoldsAsync(() => !IsRunning(child));
    }

    [Fact]
    public void A_missing_program_fails_the_test()
    {
        XunitException failure = Assert.ThrowsAny<XunitException>(() => ForeignTool.Require("no-such-program"));

        Assert.Contains("'no-such-program' is missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_is_known_with_the_package_that_brings_it()
    {
        Assert.Equal("tgt", ForeignPackages.FindFor("tgtadm")!.Name);
        Assert.Null(ForeignPackages.FindFor("no-such-program"));
    }

    [Fact]
    public void A_package_is_installed_if_all_that_it_brings_is_there()
    {
        Assert.True(ForeignPackages.IsInstalled(new("some", ["sh", "/etc/passwd", "/usr/*/sh"], "test")));
        Assert.False(ForeignPackages.IsInstalled(new("some", ["sh", "no-such-program"], "test")));
        Assert.False(ForeignPackages.IsInstalled(new("some", ["sh", "/no/such/file"], "test")));
        Assert.False(ForeignPackages.IsInstalled(new("some", ["/usr/*/no-such-file"], "test")));
    }

    // A dead child of a dead parent stays in the table, without memory, until somebody reaps it.
    private static bool IsRunning(string processId)
    {
        string memory = $"/proc/{processId}/statm";
        return File.Exists(memory) && !File.ReadAllText(memory).StartsWith("0 ", StringComparison.Ordinal);
    }
}
