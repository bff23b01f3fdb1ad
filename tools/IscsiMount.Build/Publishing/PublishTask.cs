using System.Runtime.InteropServices;
using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Publishing;

/// <summary>Makes the runnable program: a folder that needs no .NET on the machine.</summary>
internal sealed class PublishTask : IBuildTask
{
    private const string ProgramName = "iscsimount";

    public string Name => "publish";

    public string Usage => "publish";

    public string Summary => "makes the runnable program artifacts/iscsimount/iscsimount";

    /// <summary>The program, once it is made.</summary>
    public static string Program => Path.Join(
        Workspace.PublishedFolder, OperatingSystem.IsWindows() ? $"{ProgramName}.exe" : ProgramName);

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        arguments.End(this);
        await PublishAsync(cancellationToken);
        return 0;
    }

    /// <summary>Makes the program anew and sees that it starts.</summary>
    public static async Task PublishAsync(CancellationToken cancellationToken)
    {
        // A program that still runs from this folder keeps its files: they are removed, not written over.
        if (Directory.Exists(Workspace.PublishedFolder))
        {
            Directory.Delete(Workspace.PublishedFolder, recursive: true);
        }

        Command publish = Command.Dotnet(
            "publish", Workspace.Join("src", "IscsiMount.Cli"), "-c", "Release", "--nologo", "-v", "quiet",
            "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "-o", Workspace.PublishedFolder,
            "-p:UseSharedCompilation=false") with
        {
            Limit = TimeSpan.FromMinutes(15),
        };
        Console.WriteLine($"$ {publish}");
        (await CommandRunner.CaptureAsync(publish, cancellationToken)).MustSucceed();

        int removed = RuntimePruning.Prune(Workspace.PublishedFolder, ProgramName);
        var version = new Command(Program, "--version") { Limit = TimeSpan.FromSeconds(30) };
        string said = (await CommandRunner.CaptureAsync(version, cancellationToken)).MustSucceed().Trim();
        long size = new DirectoryInfo(Workspace.PublishedFolder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);
        Console.WriteLine($"{Path.GetRelativePath(Workspace.Root, Program)}: {said}");
        Console.WriteLine($"{size / 1_000_000} MB, without {removed} files of the runtime that nothing reaches");
    }
}
