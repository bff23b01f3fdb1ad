namespace IscsiMount.Build;

/// <summary>A task cannot be done. The message is for people, and says what to do next where we know it.</summary>
internal sealed class BuildFailedException(string message, int exitCode = 1) : Exception(message)
{
    public const int WrongUsage = 2;

    public int ExitCode { get; } = exitCode;
}
