using System.Collections;
using System.Runtime.InteropServices;

namespace IscsiMount.Cli.Background;

/// <summary>
/// Starts a process with <c>posix_spawn</c>: in a session of its own, standard streams on /dev/null, no inherited
/// descriptor, default signals. <c>Process.Start</c> gives none of these, and a shell that captures our output would
/// wait for the agent's end.
/// </summary>
internal sealed class UnixProcess : IBackgroundProcess
{
    // <spawn.h> of glibc, the same on every architecture.
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // LIMIT: glibc's structures have 80, 336 and 128 bytes; they are opaque to us.
    private const int OpaqueSize = 1024;

    private const int ReadWrite = 2;
    private const int NoHang = 1;
    private const int Interrupted = 4;

    private readonly int _processId;
    private int? _exitCode;

    private UnixProcess(int processId) => _processId = processId;

    /// <summary>
    /// A process that a signal ended counts as 128 and the signal, as shells have it.
    /// </summary>
    public int? ExitCode
    {
        get
        {
            if (_exitCode is null && waitpid(_processId, out int status, NoHang) == _processId)
            {
                int signal = status & 0x7F;
                _exitCode = signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
            }

            return _exitCode;
        }
    }

    public static UnixProcess Start(string[] commandLine)
    {
        byte[] actions = new byte[OpaqueSize];
        byte[] attributes = new byte[OpaqueSize];
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawnattr_init(attributes));
        using var arguments = new NativeStrings(commandLine);
        using var environment = new NativeStrings(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => $"{variable.Key}={variable.Value}"));
        try
        {
            DetachFiles(actions);
            ResetSignals(attributes);
            Check(posix_spawn(
                out int processId, commandLine[0], actions, attributes, arguments.Pointers, environment.Pointers));
            return new(processId);
        }
        catch (EntryPointNotFoundException missing)
        {
            throw new IOException(
                "This system's C library cannot start a detached process (glibc 2.34 can). " +
                "Start the agent yourself: setsid iscsimount agent run &", missing);
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    private static void DetachFiles(byte[] actions)
    {
        for (int descriptor = 0; descriptor < 3; descriptor++)
        {
            Check(posix_spawn_file_actions_addopen(actions, descriptor, "/dev/null", ReadWrite, 0));
        }

        Check(posix_spawn_file_actions_addclosefrom_np(actions, 3));

        // An agent that stands in a directory would keep it from being unmounted.
        Check(posix_spawn_file_actions_addchdir_np(actions, "/"));
    }

    private static void ResetSignals(byte[] attributes)
    {
        byte[] none = new byte[OpaqueSize];
        byte[] all = new byte[OpaqueSize];
        Check(sigemptyset(none));
        Check(sigfillset(all));
        Check(posix_spawnattr_setsigmask(attributes, none));

        // .NET ignores SIGPIPE, and what is ignored would be inherited.
        Check(posix_spawnattr_setsigdefault(attributes, all));
        Check(posix_spawnattr_setflags(attributes, SetSession | SetSignalMask | SetSignalDefault));
    }

    private static void Check(int error)
    {
        if (error is not 0 and not Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

#pragma warning disable SYSLIB1054, IDE1006, CA1838 // Generated marshalling needs unsafe code; names are those of libc.
    [DllImport("libc")]
    private static extern int posix_spawn(
        out int processId, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, byte[] actions, byte[] attributes,
        nint[] arguments, nint[] environment);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_init(byte[] actions);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_destroy(byte[] actions);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_addopen(
        byte[] actions, int descriptor, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_addclosefrom_np(byte[] actions, int firstDescriptor);

    [DllImport("libc")]
    private static extern int posix_spawn_file_actions_addchdir_np(
        byte[] actions, [MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc")]
    private static extern int posix_spawnattr_init(byte[] attributes);

    [DllImport("libc")]
    private static extern int posix_spawnattr_destroy(byte[] attributes);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setflags(byte[] attributes, short flags);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setsigmask(byte[] attributes, byte[] signals);

    [DllImport("libc")]
    private static extern int posix_spawnattr_setsigdefault(byte[] attributes, byte[] signals);

    [DllImport("libc")]
    private static extern int sigemptyset(byte[] signals);

    [DllImport("libc")]
    private static extern int sigfillset(byte[] signals);

    [DllImport("libc")]
    private static extern int waitpid(int processId, out int status, int options);
#pragma warning restore SYSLIB1054, IDE1006, CA1838
}
