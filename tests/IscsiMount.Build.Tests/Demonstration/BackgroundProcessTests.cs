using IscsiMount.Build.Commands;
using IscsiMount.Build.Demonstration;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Build.Tests.Demonstration;

public sealed class BackgroundProcessTests
{
    private const string Sleep = "/usr/bin/sleep";

    [Fact]
    public async Task What_is_started_runs_until_it_is_stopped_and_what_it_says_is_kept()
    {
        using var folder = new TemporaryFolder();
        string log = folder.Join("log");
        var command = new Command("sh", "-c", "echo $GREETING; exec sleep 1000")
        {
            Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" },
        };

        int processId = BackgroundProcess.Start(command, log);
        await Eventually.HoldsAsync(() => new FileInfo($"/proc/{processId}/exe").LinkTarget == Sleep);

        Assert.Equal("hello\n", File.ReadAllText(log));
        await BackgroundProcess.StopAsync(processId, Sleep);
        Assert.False(BackgroundProcess.IsAlive(processId));
    }

    [Fact]
    public async Task Another_program_with_the_same_id_is_left_alone()
    {
        await using ForeignProcess other = ForeignTool.Start("sleep", ["1000"]);

        await BackgroundProcess.StopAsync(other.ProcessId, "/opt/iscsimount/iscsimount");

        Assert.False(other.HasExited);
    }
}
