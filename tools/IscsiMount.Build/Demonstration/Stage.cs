using System.Globalization;
using System.Text.Json.Nodes;
using IscsiMount.Build.Commands;
using IscsiMount.Build.Publishing;

namespace IscsiMount.Build.Demonstration;

/// <summary>
/// Where a demonstration plays: a folder of its own for the disk, the agent's state and the mounts, and the target's
/// process. A file in <c>artifacts</c> remembers it, so that a later command can strike it.
/// </summary>
internal sealed class Stage
{
    private Stage(string folder) => Folder = folder;

    /// <summary>A short path: the agent's socket lies in it.</summary>
    public string Folder { get; }

    /// <summary>The home of the demonstration's agent. The user's own agent is not touched.</summary>
    public string Home => Path.Join(Folder, "home");

    private static string Memory => Path.Join(Workspace.Artifacts, "demo-is-up");

    private string TargetMemory => Path.Join(Folder, "target.pid");

    public static Stage Set()
    {
        var stage = new Stage(Directory.CreateTempSubdirectory("iscsimount-demo-").FullName);
        Directory.CreateDirectory(Workspace.Artifacts);
        File.WriteAllText(Memory, stage.Folder);
        return stage;
    }

    /// <summary>The stage that an earlier run left up, or nothing.</summary>
    public static Stage? FindLeft()
    {
        string? folder = File.Exists(Memory) ? File.ReadAllText(Memory).Trim() : null;
        return Directory.Exists(folder) ? new Stage(folder) : null;
    }

    /// <summary>A command of the program, which talks to the agent of this stage.</summary>
    public Command Iscsimount(params string[] arguments) => new(PublishTask.Program, arguments)
    {
        Environment = new Dictionary<string, string?> { ["ISCSIMOUNT_HOME"] = Home },
    };

    public void RememberTarget(int processId)
    {
        File.WriteAllText(TargetMemory, processId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Where the volumes are mounted, by the program's own word.</summary>
    public async Task<IReadOnlyList<string>> MountPointsAsync(CancellationToken cancellationToken)
    {
        CommandResult listing = await CommandRunner.CaptureAsync(Iscsimount("mounts", "--json"), cancellationToken);
        JsonArray mounts = JsonNode.Parse(listing.MustSucceed())!["mounts"]!.AsArray();
        return [.. mounts.Select(mount => (string)mount!["mountPoint"]!)];
    }

    /// <summary>Tells how to play with what is up, and how to end it.</summary>
    public async Task ExplainAsync(CancellationToken cancellationToken)
    {
        Transcript.Heading("Still up, to play with");
        Console.WriteLine($"export ISCSIMOUNT_HOME={Home}");
        Console.WriteLine($"export PATH={Workspace.PublishedFolder}:$PATH");
        Console.WriteLine("iscsimount status");
        foreach (string mountPoint in await MountPointsAsync(cancellationToken))
        {
            Console.WriteLine($"ls -lR '{mountPoint}'");
        }

        Console.WriteLine("\nTo end it: ./build.sh demo --end");
    }

    /// <summary>Unmounts, stops both processes, removes the folder. Each is tried, whatever the others do.</summary>
    public async Task StrikeAsync()
    {
        Transcript.Heading("Tidy up");
        await Transcript.TryAsync(Iscsimount("logout", "--all"), CancellationToken.None);
        await Transcript.TryAsync(Iscsimount("agent", "stop"), CancellationToken.None);
        await StopTargetAsync();
        await UnmountLeftoversAsync();
        Directory.Delete(Folder, recursive: true);
        File.Delete(Memory);
        Console.WriteLine("Nothing is running and nothing is mounted.");
    }

    private async Task StopTargetAsync()
    {
        if (File.Exists(TargetMemory))
        {
            string processId = await File.ReadAllTextAsync(TargetMemory);
            await BackgroundProcess.StopAsync(int.Parse(processId, CultureInfo.InvariantCulture), PublishTask.Program);
        }
    }

    // If the agent died, the kernel still holds its mounts, and the folder must not be deleted through them.
    private async Task UnmountLeftoversAsync()
    {
        string[] left = [.. (await File.ReadAllLinesAsync("/proc/self/mountinfo"))
            .Select(line => line.Split(' ')[4])
            .Where(mountPoint => mountPoint.StartsWith(Folder + "/", StringComparison.Ordinal))
            .OrderDescending(StringComparer.Ordinal)];
        foreach (string mountPoint in left.Select(Unescape))
        {
            await Transcript.RunAsync(new Command("fusermount3", "-u", "-z", mountPoint), CancellationToken.None);
        }
    }

    // The kernel writes a space in a path as \040.
    private static string Unescape(string path) => path.Replace("\\040", " ", StringComparison.Ordinal);
}
