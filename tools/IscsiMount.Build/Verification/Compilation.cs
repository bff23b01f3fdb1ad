using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Verification;

/// <summary>The steps before any test: the code compiles without a warning, and is formatted.</summary>
internal static class Compilation
{
    /// <summary>Compiles the solution or one project. Warnings are errors.</summary>
    public static async Task BuildAsync(string what, CancellationToken cancellationToken)
    {
        Command command = Command.Dotnet("build", what, "-c", "Release", "--nologo", "-v", "quiet") with
        {
            Limit = TimeSpan.FromMinutes(20),
        };
        await StepAsync("compile", command, cancellationToken);
    }

    /// <summary>Compares the layout of all files with the rules, in seconds. It changes nothing.</summary>
    public static async Task VerifyLayoutAsync(CancellationToken cancellationToken)
    {
        await StepAsync(
            "layout",
            Command.Dotnet("format", "whitespace", Workspace.Root, "--folder", "--verify-no-changes"),
            cancellationToken);
    }

    /// <summary>Compares layout and style with the rules, which loads all projects and takes minutes.</summary>
    public static async Task VerifyFormatAsync(CancellationToken cancellationToken)
    {
        Command command = Command.Dotnet("format", Workspace.Solution, "--verify-no-changes", "--no-restore") with
        {
            Limit = TimeSpan.FromMinutes(10),
        };
        await StepAsync("format", command, cancellationToken);
    }

    private static async Task StepAsync(string name, Command command, CancellationToken cancellationToken)
    {
        Console.WriteLine($"$ {command}");
        long start = TimeProvider.System.GetTimestamp();
        CommandResult result = await CommandRunner.CaptureAsync(command, cancellationToken);
        TimeSpan duration = TimeProvider.System.GetElapsedTime(start);
        if (!result.IsSuccess)
        {
            // The compiler says each thing once for each project that it looks at.
            string findings = string.Join('\n', result.Output.Split('\n').Distinct());
            throw new BuildFailedException($"'{command}' {result.Ending}.\n{findings}");
        }

        Console.WriteLine($"ok     {name,-40} {duration.TotalSeconds,34:F1} s");
    }
}
