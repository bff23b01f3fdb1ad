using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>The parts of the system that a mount needs, and what to do where one is missing.</summary>
internal static class FuseDriver
{
    /// <summary>The helper by which users other than root mount.</summary>
    public const string Helper = "fusermount3";

    private const string Device = "/dev/fuse";
    private const string Configuration = "/etc/fuse.conf";
    private const string AllowOtherOption = "user_allow_other";

    public static bool IsRoot => OperatingSystem.IsLinux() && LibC.EffectiveUserId() == 0;

    /// <exception cref="MountException">Something is missing; the message says what, and how to get it.</exception>
    public static void Demand(MountRequest request)
    {
        Require(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            "Mounting through FUSE works on Linux on x86-64 processors only.");
        Require(
            LibFuse.TryLoad(),
            "The library libfuse3.so.3 is missing. Install it: apt install fuse3");
        Require(
            File.Exists(Device),
            $"The device {Device} is missing. Install FUSE (apt install fuse3) and load its module (modprobe fuse).");
        Require(
            IsRoot || FindHelper() is not null,
            $"The program {Helper}, by which users other than root mount, is missing. Install it: apt install fuse3");

        if (request.AllowOther && !IsRoot && !AllowsOther())
        {
            throw new MountException(
                MountFailure.AccessDenied,
                $"Only root may open a mount to other users, unless {Configuration} has the line {AllowOtherOption}.");
        }
    }

    public static string? FindHelper()
    {
        string[] folders = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        return folders.Append("/usr/bin").Append("/bin")
            .Select(folder => Path.Join(folder, Helper))
            .FirstOrDefault(File.Exists);
    }

    private static void Require(bool isThere, string message)
    {
        if (!isThere)
        {
            throw new MountException(MountFailure.DriverMissing, message);
        }
    }

    private static bool AllowsOther()
        => File.Exists(Configuration) && File.ReadLines(Configuration).Any(line => line.Trim() == AllowOtherOption);
}
