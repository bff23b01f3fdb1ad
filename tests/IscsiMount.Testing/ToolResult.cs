using Xunit;

namespace IscsiMount.Testing;

/// <summary>How a foreign program ended, and what it said.</summary>
public sealed record ToolResult(string CommandLine, int ExitCode, string Output, string Errors)
{
    /// <summary>Fails the test, with all that the program said, unless it ended with zero.</summary>
    public ToolResult MustSucceed() => MustExitWith(0);

    /// <summary>Fails the test, with all that the program said, unless it ended with this code.</summary>
    public ToolResult MustExitWith(int code)
    {
        Assert.True(ExitCode == code, $"Expected exit code {code}.\n{this}");
        return this;
    }

    public override string ToString() => $"$ {CommandLine}\n{Output}{Errors}[exit code {ExitCode}]";
}
