using System.Globalization;
using System.Text.Json;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests;

/// <summary>The program as a user has it, with a home of its own. Disposing of it leaves no agent running.</summary>
internal sealed class CliUnderTest : IAsyncDisposable
{
    public static readonly string Executable = FindExecutable();

    private readonly TemporaryFolder _folder = new();

    public string Home => _folder.Join("h");

    public string Socket => _folder.Join("h", "run", "agent.sock");

    public ToolOptions Options => new()
    {
        Environment = new Dictionary<string, string?> { ["ISCSIMOUNT_HOME"] = Home },
    };

    public Task<ToolResult> RunAsync(params string[] arguments) => ForeignTool.RunAsync(Executable, arguments, Options);

    /// <summary>Runs a line of shell in which <c>$X</c> is the program.</summary>
    public Task<ToolResult> ShellAsync(string line)
    {
        return ForeignTool.RunAsync("bash", ["-c", $"X={Executable}; {line}"], Options);
    }

    public async Task<JsonElement> AskAsync(params string[] arguments)
    {
        ToolResult result = await RunAsync([.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.MustSucceed().Output);
        return document.RootElement.Clone();
    }

    public async Task<int> AgentProcessIdAsync()
    {
        JsonElement answer = await AskAsync("agent", "status");
        return answer.GetProperty("agent").GetProperty("processId").GetInt32();
    }

    /// <summary>The processes of this program that belong to this home.</summary>
    public string[] Agents()
    {
        return [.. Directory.EnumerateDirectories("/proc").Where(folder => IsAgent(folder)).Select(Path.GetFileName)!];
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("agent", "stop");
        string[] left = Agents();
        foreach (string process in left)
        {
            await ForeignTool.RunAsync("kill", ["-9", process]);
        }

        Assert.Empty(left);
        _folder.Dispose();
    }

    private bool IsAgent(string processFolder)
    {
        if (!int.TryParse(Path.GetFileName(processFolder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        try
        {
            string[] command = File.ReadAllText(Path.Combine(processFolder, "cmdline")).Split('\0');
            string[] environment = File.ReadAllText(Path.Combine(processFolder, "environ")).Split('\0');
            return command is [_, "agent", "run", ..] && environment.Contains($"ISCSIMOUNT_HOME={Home}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The build puts the program beside its own project, in the configuration that the tests are built in.
    private static string FindExecutable()
    {
        string output = AppContext.BaseDirectory.TrimEnd('/');
        string configuration = Path.GetFileName(Path.GetDirectoryName(output)!);
        string root = output;
        while (!File.Exists(Path.Combine(root, "IscsiMount.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        return Path.Combine(
            root, "src", "IscsiMount.Cli", "bin", configuration, Path.GetFileName(output), "iscsimount");
    }
}
