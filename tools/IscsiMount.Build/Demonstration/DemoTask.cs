using IscsiMount.Build.Packages;
using IscsiMount.Build.Publishing;
using IscsiMount.Testing;

namespace IscsiMount.Build.Demonstration;

/// <summary>
/// Shows the main job from end to end on this machine: a target of ours serves a sample disk, and the program logs in,
/// mounts it, reads it and logs out.
/// </summary>
internal sealed class DemoTask : IBuildTask
{
    private static readonly string[] PackagesNeeded = ["fuse3", "ntfs-3g", "attr"];

    public string Name => "demo";

    public string Usage => "demo [--keep | --end]";

    public string Summary => "mounts a sample disk from a target of ours; --keep leaves it up, --end ends that";

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        bool keep = arguments.TakeFlag("--keep");
        bool end = arguments.TakeFlag("--end");
        arguments.End(this);
        if (!OperatingSystem.IsLinux())
        {
            throw new BuildFailedException(
                "This version mounts on Linux only: run the demonstration in WSL, with ./build.sh demo. " +
                "Mounts on Windows will need the Dokan 2 driver from https://github.com/dokan-dev/dokany/releases.");
        }

        Stage? left = Stage.FindLeft();
        if (end)
        {
            return await EndAsync(left);
        }

        if (left is not null)
        {
            throw new BuildFailedException(
                $"A demonstration is still up in {left.Folder}. End it first: ./build.sh demo --end");
        }

        await PackageInstaller.EnsureAsync(
            ForeignPackages.All.Where(package => PackagesNeeded.Contains(package.Name)), cancellationToken);
        await PublishTask.PublishAsync(cancellationToken);
        await PlayAsync(keep, cancellationToken);
        return 0;
    }

    private static async Task<int> EndAsync(Stage? left)
    {
        if (left is null)
        {
            Console.WriteLine("No demonstration is up.");
            return 0;
        }

        await left.StrikeAsync();
        return 0;
    }

    private static async Task PlayAsync(bool keep, CancellationToken cancellationToken)
    {
        Stage stage = Stage.Set();
        bool isToStay = false;
        try
        {
            await new Performance(stage).PlayAsync(cancellationToken);
            isToStay = keep;
        }
        finally
        {
            // ORDER: whatever went wrong above, nothing keeps running and nothing stays mounted.
            if (!isToStay)
            {
                await stage.StrikeAsync();
            }
        }

        if (isToStay)
        {
            await stage.ExplainAsync(cancellationToken);
        }
    }
}
