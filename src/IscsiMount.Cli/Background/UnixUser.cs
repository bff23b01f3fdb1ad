using System.Runtime.InteropServices;
using IscsiMount.Agent;

namespace IscsiMount.Cli.Background;

/// <summary>The user of this process by number.</summary>
internal static class UnixUser
{
    public static MountOwner Current => OperatingSystem.IsWindows() ? new(0, 0) : new(geteuid(), getegid());

#pragma warning disable SYSLIB1054, IDE1006 // Generated marshalling needs unsafe code; the names are those of libc.
    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc")]
    private static extern uint getegid();
#pragma warning restore SYSLIB1054, IDE1006
}
