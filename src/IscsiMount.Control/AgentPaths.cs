using System.Security.Cryptography;
using System.Text;

namespace IscsiMount.Control;

/// <summary>
/// Where the agent of one user keeps what it has. The same rule holds for the agent and for its clients.
/// </summary>
/// <remarks>
/// <code>
///               ISCSIMOUNT_HOME set     Linux                               Windows
///   RunFolder   HOME/run                $XDG_RUNTIME_DIR/iscsimount         %LOCALAPPDATA%\IscsiMount\run
///                                       or, where that is not set, run in the state folder
///   StateFolder HOME/state              $XDG_STATE_HOME/iscsimount          %LOCALAPPDATA%\IscsiMount
///                                       or ~/.local/state/iscsimount
///   MountFolder HOME/mnt                ~/iscsimount                        none: drives are letters
/// </code>
/// </remarks>
public sealed record AgentPaths
{
    /// <summary>LIMIT: <c>sun_path</c> of unix(7) has 108 bytes, the last of which ends the string.</summary>
    private const int SocketPathLengthMax = 107;

    /// <summary>Socket, lock and the last reason of a failed start; nothing that must outlive a reboot.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Log files, and what must be known after a crash.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Where mount points are made that the user did not choose.</summary>
    public required string MountFolder { get; init; }

    public string SocketPath => Path.Combine(RunFolder, "agent.sock");

    /// <summary>
    /// The named pipe that takes the place of the socket on Windows. The system keeps other users out of it, and the
    /// name keeps apart the agents of different folders.
    /// </summary>
    public string PipeName =>
        $"iscsimount-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RunFolder)))[..16]}";

    /// <summary>Where the agent listens, for people.</summary>
    public string Endpoint => OperatingSystem.IsWindows() ? $@"\\.\pipe\{PipeName}" : SocketPath;

    /// <summary>The lock that an agent holds for as long as it lives.</summary>
    public string LockPath => Path.Combine(RunFolder, "agent.lock");

    /// <summary>Why the last start failed. An agent that runs has deleted it.</summary>
    public string FailurePath => Path.Combine(RunFolder, "agent.failure");

    public string LogFolder => Path.Combine(StateFolder, "log");

    /// <summary>The name of this user on this machine as an initiator.</summary>
    public string InitiatorNamePath => Path.Combine(StateFolder, "initiator-name");

    public string MountTablePath => Path.Combine(StateFolder, "mounts.json");

    /// <summary>Applies the rule above.</summary>
    /// <param name="variable">Reads a variable of the environment; null where it is not set.</param>
    /// <param name="home">The user's home folder.</param>
    public static AgentPaths From(Func<string, string?> variable, string home)
    {
        if (variable("ISCSIMOUNT_HOME") is { Length: > 0 } named)
        {
            string own = Path.GetFullPath(named);
            return Under(Path.Combine(own, "run"), Path.Combine(own, "state"), Path.Combine(own, "mnt"));
        }

        string mounts = Path.Combine(home, "iscsimount");
        if (OperatingSystem.IsWindows())
        {
            string local = Absolute(variable("LOCALAPPDATA")) ?? Path.Combine(home, "AppData", "Local");
            string folder = Path.Combine(local, "IscsiMount");
            return Under(Path.Combine(folder, "run"), folder, mounts);
        }

        string states = Absolute(variable("XDG_STATE_HOME")) ?? Path.Combine(home, ".local", "state");
        string state = Path.Combine(states, "iscsimount");
        string run = Absolute(variable("XDG_RUNTIME_DIR")) is { } runtime
            ? Path.Combine(runtime, "iscsimount")
            : Path.Combine(state, "run");
        return Under(run, state, mounts);
    }

    /// <summary>Refuses a socket path that the system cannot take, before it says so in its own short words.</summary>
    /// <exception cref="ControlException">The path is too long.</exception>
    public void CheckSocketPath()
    {
        int length = Encoding.UTF8.GetByteCount(SocketPath);
        if (length > SocketPathLengthMax)
        {
            throw new ControlException(
                ErrorCode.SocketPathTooLong,
                $"The path of the agent's socket is too long: {SocketPath}",
                $"It has {length} bytes, and the system takes {SocketPathLengthMax}.",
                "Set ISCSIMOUNT_HOME or XDG_RUNTIME_DIR to a shorter folder.");
        }
    }

    private static AgentPaths Under(string run, string state, string mounts) => new()
    {
        RunFolder = run,
        StateFolder = state,
        MountFolder = mounts,
    };

    // The XDG rules say that a relative path is as good as none.
    private static string? Absolute(string? path) => Path.IsPathFullyQualified(path ?? "") ? path : null;
}
