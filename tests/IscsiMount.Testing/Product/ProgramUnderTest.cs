using System.Text.Json;
using Xunit;

namespace IscsiMount.Testing.Product;

/// <summary>
/// The program as a user has it, with a home of its own: its agent, its sockets and its mounts are nobody else's.
/// Disposing of it stops the agent and fails if anything is left behind.
/// </summary>
public sealed class ProgramUnderTest : IAsyncDisposable
{
    private static readonly string Executable = FindExecutable();

    private readonly TemporaryFolder _folder = new();

    /// <summary>Below this folder all mounts of a test live.</summary>
    public string MountFolder => _folder.Join("mnt");

    /// <summary>What <c>ISCSIMOUNT_HOME</c> says.</summary>
    public string Home => _folder.Join("home");

    public ProgramUnderTest() => Directory.CreateDirectory(MountFolder);

    // Where the agent puts what nobody chose a place for.
    private string OwnMountFolder => Path.Combine(Home, "mnt");

    public string MountPoint(string name) => Path.Combine(MountFolder, name);

    /// <summary>Runs a verb to its end, whatever that is.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments)
    {
        return RunWithHomeAsync(Home, arguments);
    }

    /// <summary>As <see cref="RunAsync"/>, with what the verb reads from its standard input.</summary>
    public Task<ToolResult> RunWithInputAsync(string input, params string[] arguments)
    {
        return ForeignTool.RunAsync(Executable, arguments, Options(Home) with { Input = input });
    }

    /// <summary>Runs a verb with a home that is not this one's to tidy up.</summary>
    public static Task<ToolResult> RunWithHomeAsync(string home, params string[] arguments)
    {
        return ForeignTool.RunAsync(Executable, arguments, Options(home));
    }

    /// <summary>Runs a verb that must succeed, with <c>--json</c>, and returns its document.</summary>
    public async Task<JsonElement> AskAsync(params string[] arguments)
    {
        ToolResult result = await RunAsync([.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.MustSucceed().Output);
        Assert.Equal("iscsimount/1", document.RootElement.GetProperty("schema").GetString());
        return document.RootElement.Clone();
    }

    /// <summary>Starts a verb that runs until it is disposed of, such as <c>target serve</c>.</summary>
    public ForeignProcess Start(params string[] arguments) => ForeignTool.Start(Executable, arguments, Options(Home));

    /// <summary>Logs in to the one target of a portal.</summary>
    public Task<JsonElement> LoginAsync(string portal, params string[] options)
    {
        return AskAsync(["login", "--portal", portal, .. options]);
    }

    /// <summary>Logs out of all targets. Nothing is mounted any more when it ends.</summary>
    public async Task LogoutAsync()
    {
        await AskAsync("logout", "--all");
        await MustHaveNoTraceAsync();
    }

    /// <summary>The process of the agent, which must run.</summary>
    public async Task<int> AgentProcessIdAsync()
    {
        JsonElement answer = await AskAsync("agent", "status");
        return answer.GetProperty("agent").GetProperty("processId").GetInt32();
    }

    /// <summary>Fails unless there is no session and no mount, as before the first login.</summary>
    public async Task MustHaveNoTraceAsync()
    {
        Assert.Empty(MountTable.Below(_folder.Path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(MountFolder));
        Assert.False(Directory.Exists(OwnMountFolder) && Directory.EnumerateFileSystemEntries(OwnMountFolder).Any());
        JsonElement answer = await AskAsync("sessions");
        Assert.Empty(answer.GetProperty("sessions").EnumerateArray());
    }

    public async ValueTask DisposeAsync()
    {
        ToolResult stop = await RunAsync("agent", "stop");
        string[] left = MountTable.Below(_folder.Path);
        foreach (string mount in left)
        {
            await ForeignTool.RunAsync("umount", ["-l", mount]);
        }

        Assert.Empty(left);
        stop.MustSucceed();
        _folder.Dispose();
    }

    private static ToolOptions Options(string home) => new()
    {
        Environment = new Dictionary<string, string?> { ["ISCSIMOUNT_HOME"] = home },
    };

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
