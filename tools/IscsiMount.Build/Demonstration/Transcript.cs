using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Demonstration;

/// <summary>Runs commands so that a reader can follow and repeat them: each is shown before it runs.</summary>
internal static class Transcript
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static void Heading(string text) => Console.WriteLine($"\n--- {text}");

    /// <summary>Shows and runs a command that must succeed.</summary>
    /// <returns>What it said.</returns>
    public static async Task<string> RunAsync(Command command, CancellationToken cancellationToken)
    {
        CommandResult result = await TryAsync(command, cancellationToken);
        return result.IsSuccess ? result.Output : throw new BuildFailedException($"'{command}' {result.Ending}.");
    }

    /// <summary>Shows and runs a command that may fail.</summary>
    public static Task<CommandResult> TryAsync(Command command, CancellationToken cancellationToken)
    {
        string place = command.Folder == Workspace.Root ? "" : $"cd {Command.Quote(command.Folder)} && ";
        Console.WriteLine($"$ {place}{command}");
        TimeSpan limit = command.Limit < Limit ? command.Limit : Limit;
        return CommandRunner.ShowAsync(command with { Limit = limit }, cancellationToken);
    }
}
