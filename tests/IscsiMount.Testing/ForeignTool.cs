using System.Diagnostics;
using Xunit;

namespace IscsiMount.Testing;

/// <summary>Runs programs that others wrote, each with a time limit and with its output kept for the report.</summary>
/// <remarks>A program that is missing fails the test with the package that brings it. Nothing is skipped.</remarks>
public static class ForeignTool
{
    /// <summary>What most programs must end in.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program that must succeed, and returns its standard output.</summary>
    public static async Task<string> SucceedAsync(string program, params string[] arguments)
    {
        ToolResult result = await RunAsync(program, arguments);
        return result.MustSucceed().Output;
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    /// <exception cref="TimeoutException">It did not end in time, and was killed with all its children.</exception>
    public static async Task<ToolResult> RunAsync(string program, string[] arguments, ToolOptions? options = null)
    {
        options ??= new ToolOptions();
        await using ForeignProcess process = Start(program, arguments, options);
        int? exitCode = await process.WaitForExitAsync(options.Limit);
        return exitCode is { } code
            ? new ToolResult(process.CommandLine, code, process.Output, process.Errors)
            : throw new TimeoutException($"Not within {options.Limit.TotalSeconds} s: {process.Report()}");
    }

    /// <summary>Starts a program that runs until it is disposed of: a daemon, or one that the test talks to.</summary>
    public static ForeignProcess Start(string program, string[] arguments, ToolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        options ??= new ToolOptions();
        var start = new ProcessStartInfo(Require(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingFolder ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string? value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        return new ForeignProcess(start, options.Input);
    }

    /// <summary>The full path of a program. The test fails if there is none, and says what to install.</summary>
    public static string Require(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        string? path = program.Contains('/', StringComparison.Ordinal)
            ? Path.GetFullPath(program)
            : ForeignPackages.FindProgram(program);
        string cure = ForeignPackages.FindFor(program) is { } package
            ? $"Install the Debian package '{package.Name}' ({package.Reason})."
            : "No package of ours brings it.";
        Assert.True(File.Exists(path), $"The program '{program}' is missing. {cure}");
        return path!;
    }
}

/// <summary>How a foreign program is run.</summary>
public sealed record ToolOptions
{
    /// <summary>The time until it is killed, and the test with it.</summary>
    public TimeSpan Limit { get; init; } = ForeignTool.DefaultLimit;

    public string? WorkingFolder { get; init; }

    /// <summary>What it reads from standard input, which then ends.</summary>
    public string Input { get; init; } = "";

    /// <summary>Variables beside those of this process. A null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
}
