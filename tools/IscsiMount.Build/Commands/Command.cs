namespace IscsiMount.Build.Commands;

/// <summary>A program with its arguments, and how long it may take.</summary>
internal sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>When this has passed, the program is killed with all its children.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(5);

    public string Folder { get; init; } = Workspace.Root;

    /// <summary>Variables beside our own. A null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The program <c>dotnet</c> that started this tool.</summary>
    public static string DotnetPath { get; } =
        System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? FindDotnet();

    /// <summary>A command of the .NET SDK that runs this tool. It leaves no build servers behind.</summary>
    public static Command Dotnet(params string[] arguments) => new(DotnetPath, arguments)
    {
        Environment = new Dictionary<string, string?>
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            // What `dotnet run` set for us is not for the programs that we start.
            ["MSBuildSDKsPath"] = null,
            ["MSBuildExtensionsPath"] = null,
        },
    };

    /// <summary>As one would type it.</summary>
    public override string ToString() => string.Join(' ', [Path.GetFileName(Program), .. Arguments.Select(Quote)]);

    /// <summary>One word, quoted where a shell would read more out of it.</summary>
    public static string Quote(string argument)
    {
        return argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || "-_./:=,@+%*".Contains(c))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    // Whoever starts this tool without the SDK's command line runs on the host of the runtime all the same.
    private static string FindDotnet()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        return Path.GetFullPath(Path.Join(runtime, "..", "..", "..", name));
    }
}
