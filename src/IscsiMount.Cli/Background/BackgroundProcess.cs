namespace IscsiMount.Cli.Background;

/// <summary>A process that outlives this one.</summary>
internal interface IBackgroundProcess
{
    /// <summary>Null while it runs.</summary>
    int? ExitCode { get; }
}

/// <summary>Starts this program again, detached from the terminal and from every open file.</summary>
internal static class BackgroundProcess
{
    /// <exception cref="IOException">The system refuses.</exception>
    public static IBackgroundProcess Start(string[] arguments)
    {
        string[] program = Program();
        return OperatingSystem.IsWindows()
            ? WindowsProcess.Start([.. program, .. arguments])
            : UnixProcess.Start([.. program, .. arguments]);
    }

    // As 'dotnet iscsimount.dll' the program of the process is dotnet, and the assembly is its first argument.
    private static string[] Program()
    {
        string path = Environment.ProcessPath ?? throw new IOException("The path of this program is not known.");
        return Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? [path, Path.Combine(AppContext.BaseDirectory, "iscsimount.dll")]
            : [path];
    }
}
