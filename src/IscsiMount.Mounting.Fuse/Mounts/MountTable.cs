using System.Globalization;

namespace IscsiMount.Mounting.Fuse.Mounts;

// A line of /proc/self/mountinfo, proc_pid_mountinfo(5)
//
//   36 35 0:57 / /mnt/data ro,nosuid shared:1 - fuse.iscsimount iscsimount#… ro,user_id=0
//   id parent device root mountpoint options optional… - type source super-options

/// <summary>One mount of this machine, as the kernel tells it.</summary>
internal sealed record MountEntry(string MountPoint, string Device, string FileSystemType)
{
    /// <summary>What the kernel shows as the type of our mounts.</summary>
    public const string OurType = "fuse.iscsimount";

    private const int DeviceField = 2;
    private const int MountPointField = 4;
    private const int OptionalFieldsBegin = 6;

    public bool IsOurs => FileSystemType == OurType;

    /// <summary>The number by which the kernel lists the connection in <c>/sys/fs/fuse/connections</c>.</summary>
    public string ConnectionNumber => Device[(Device.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Reads a line; null if it has not the fields that we need.</summary>
    public static MountEntry? TryParse(string line)
    {
        string[] fields = line.Split(' ');
        int separator = fields.Length > OptionalFieldsBegin ? Array.IndexOf(fields, "-", OptionalFieldsBegin) : -1;
        return separator > 0 && separator + 1 < fields.Length
            ? new MountEntry(Unescape(fields[MountPointField]), fields[DeviceField], fields[separator + 1])
            : null;
    }

    // The kernel writes blank, tab, newline and backslash as a backslash and three octal digits, byte by byte.
    private static string Unescape(string text)
    {
        string[] parts = text.Split('\\');
        return parts[0] + string.Concat(parts.Skip(1).Select(part => (char)Octal(part[..3]) + part[3..]));
    }

    private static int Octal(string digits)
        => digits.Aggregate(0, (value, digit) => (value * 8) + CharUnicodeInfo.GetDecimalDigitValue(digit));
}

/// <summary>The mounts that this process sees, read anew with each question.</summary>
internal static class MountTable
{
    private const string Source = "/proc/self/mountinfo";

    /// <summary>What is visible at a path: of several mounts, the one on top. The path is canonical.</summary>
    public static MountEntry? Find(string mountPoint)
        => Read().LastOrDefault(entry => entry.MountPoint == mountPoint);

    /// <summary>Whether a device is mounted at a path, be it on top or not.</summary>
    public static bool Contains(string mountPoint, string device)
        => Read().Any(entry => entry.MountPoint == mountPoint && entry.Device == device);

    private static IEnumerable<MountEntry> Read()
        => File.ReadLines(Source).Select(MountEntry.TryParse).OfType<MountEntry>();
}
