using System.Diagnostics;
using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Demonstration;

/// <summary>A program that goes on when this tool has ended.</summary>
internal static class BackgroundProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Starts it in a session of its own, so that an interrupt from the keyboard does not reach it.</summary>
    /// <param name="command">The program.</param>
    /// <param name="log">The file that takes what it says.</param>
    /// <returns>Its process id.</returns>
    public static int Start(Command command, string log)
    {
        // The shell replaces itself, so its id is the id of the program.
        string script = "exec \"$@\" < /dev/null > \"$LOG\" 2>&1";
        var detached = new Command("setsid", ["sh", "-c", script, "sh", command.Program, .. command.Arguments])
        {
            Environment = new Dictionary<string, string?>(command.Environment) { ["LOG"] = log },
            Folder = "/",
        };
        using Process process = CommandRunner.Start(detached);
        return process.Id;
    }

    /// <summary>Whether a process that we started just now has not ended yet.</summary>
    public static bool IsAlive(int processId) => Directory.Exists($"/proc/{processId}");

    /// <summary>Asks it to end as a service manager would, and kills it if it does not.</summary>
    public static async Task StopAsync(int processId, string program)
    {
        if (!Runs(processId, program))
        {
            return;
        }

        using Process process = Process.GetProcessById(processId);
        await Transcript.TryAsync(new Command("kill", $"{processId}"), CancellationToken.None);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    // Ids are used again: it must still be the program that was started. A newer build may have taken its file.
    private static bool Runs(int processId, string program)
    {
        string link = $"/proc/{processId}/exe";
        string? path = new FileInfo(link).LinkTarget;
        return path == program || path == $"{program} (deleted)";
    }
}
