using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IscsiMount.Cli.Background;

/// <summary>
/// Starts a process without a console whose standard streams are <c>NUL</c> and which inherits that one handle and
/// nothing else. With plain <c>CREATE_NO_WINDOW</c> a captured pipe of ours would stay open for as long as the agent
/// lives.
/// </summary>
internal sealed class WindowsProcess : IBackgroundProcess
{
    private const uint CreateNoWindow = 0x0800_0000;
    private const uint CreateNewProcessGroup = 0x0000_0200;
    private const uint CreateBreakawayFromJob = 0x0100_0000;
    private const uint ExtendedStartupInfoPresent = 0x0008_0000;
    private const int UseStandardHandles = 0x0000_0100;
    private const uint HandleInherit = 1;
    private const nint HandleListAttribute = 0x0002_0002;
    private const uint StillActive = 259;

    private readonly SafeProcessHandle _process;

    private WindowsProcess(SafeProcessHandle process) => _process = process;

    public int? ExitCode =>
        GetExitCodeProcess(_process, out uint code) && code != StillActive ? unchecked((int)code) : null;

    public static WindowsProcess Start(string[] commandLine)
    {
        using SafeFileHandle nothing = File.OpenHandle("NUL", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Check(SetHandleInformation(nothing, HandleInherit, HandleInherit));
        nint[] inherited = [nothing.DangerousGetHandle()];
        nint size = 0;
        InitializeProcThreadAttributeList(0, 1, 0, ref size);
        nint attributes = Marshal.AllocHGlobal(size);
        var pinned = GCHandle.Alloc(inherited, GCHandleType.Pinned);
        try
        {
            Check(InitializeProcThreadAttributeList(attributes, 1, 0, ref size));
            Check(UpdateProcThreadAttribute(
                attributes, 0, HandleListAttribute, pinned.AddrOfPinnedObject(), nint.Size, 0, 0));
            var startup = new StartupInfo
            {
                Size = Marshal.SizeOf<StartupInfo>(),
                Flags = UseStandardHandles,
                StandardInput = inherited[0],
                StandardOutput = inherited[0],
                StandardError = inherited[0],
                Attributes = attributes,
            };
            return new(Create(Quote(commandLine), ref startup));
        }
        finally
        {
            DeleteProcThreadAttributeList(attributes);
            pinned.Free();
            Marshal.FreeHGlobal(attributes);
        }
    }

    private static SafeProcessHandle Create(string commandLine, ref StartupInfo startup)
    {
        const uint Flags = CreateNoWindow | CreateNewProcessGroup | ExtendedStartupInfoPresent;

        // A job that does not let go of its processes refuses the first form.
        var text = new StringBuilder(commandLine);
        bool isStarted = CreateProcessW(
            null, text, 0, 0, true, Flags | CreateBreakawayFromJob, 0, null,
            ref startup, out ProcessInformation process);
        Check(isStarted || CreateProcessW(null, text, 0, 0, true, Flags, 0, null, ref startup, out process));
        CloseHandle(process.Thread);
        return new SafeProcessHandle(process.Process, ownsHandle: true);
    }

    // Our arguments hold no quotes and end in no backslash, so plain quotes are enough.
    private static string Quote(string[] commandLine) => string.Join(' ', commandLine.Select(word => $"\"{word}\""));

    private static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            var failure = new Win32Exception();
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>STARTUPINFOEXW</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StartupInfo
    {
        public int Size;
        public nint Reserved;
        public nint Desktop;
        public nint Title;
        public int X;
        public int Y;
        public int Width;
        public int Height;
        public int WidthInCharacters;
        public int HeightInCharacters;
        public int FillAttribute;
        public int Flags;
        public short ShowWindow;
        public short ReservedSize;
        public nint ReservedBytes;
        public nint StandardInput;
        public nint StandardOutput;
        public nint StandardError;
        public nint Attributes;
    }

    /// <summary>PROCESS_INFORMATION</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessInformation
    {
        public nint Process;
        public nint Thread;
        public int ProcessId;
        public int ThreadId;
    }

#pragma warning disable SYSLIB1054, CA1838 // Generated marshalling needs unsafe code; the command line is written to.
    [DllImport("kernel32", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateProcessW(
        string? program, StringBuilder commandLine, nint processSecurity, nint threadSecurity,
        [MarshalAs(UnmanagedType.Bool)] bool inheritHandles, uint flags, nint environment, string? folder,
        ref StartupInfo startup, out ProcessInformation process);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool InitializeProcThreadAttributeList(nint list, int count, int flags, ref nint size);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool UpdateProcThreadAttribute(
        nint list, uint flags, nint attribute, nint value, nint size, nint previousValue, nint returnSize);

    [DllImport("kernel32")]
    private static extern void DeleteProcThreadAttributeList(nint list);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetHandleInformation(SafeFileHandle handle, uint mask, uint flags);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetExitCodeProcess(SafeProcessHandle process, out uint exitCode);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CloseHandle(nint handle);
#pragma warning restore SYSLIB1054, CA1838
}
