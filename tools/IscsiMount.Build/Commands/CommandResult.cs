namespace IscsiMount.Build.Commands;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code, or nothing if its time ran out and it was killed.</param>
/// <param name="Output">What it wrote, both streams in the order of arrival.</param>
internal sealed record CommandResult(Command Command, int? ExitCode, string Output)
{
    public bool IsSuccess => ExitCode == 0;

    /// <summary>How it ended, in words.</summary>
    public string Ending => ExitCode is { } code
        ? $"ended with exit code {code}"
        : $"was killed, since it took more than {Command.Limit.TotalSeconds} s";

    /// <summary>Fails the task, with what the program said, unless it ended with zero.</summary>
    public string MustSucceed()
    {
        return IsSuccess ? Output : throw new BuildFailedException($"'{Command}' {Ending}.\n{Output}".TrimEnd());
    }
}
