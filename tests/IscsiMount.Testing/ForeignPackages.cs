namespace IscsiMount.Testing;

/// <summary>One package of Debian that tests or the demonstration need.</summary>
/// <param name="Name">The package, as apt knows it.</param>
/// <param name="Brings">
/// Programs by name, or files by full path, where <c>*</c> stands for the folder of the machine's architecture. If one
/// is missing, the package is.
/// </param>
/// <param name="Reason">What we need it for.</param>
public sealed record ForeignPackage(string Name, string[] Brings, string Reason);

/// <summary>What we use of others. The build tool installs it, and a test that misses it says so.</summary>
public static class ForeignPackages
{
    public static IReadOnlyList<ForeignPackage> All { get; } =
    [
        new("fuse3", ["fusermount3"], "the kernel's mounts for ordinary users; brings libfuse3.so.3"),
        new(
            "ntfs-3g",
            ["mkntfs", "ntfs-3g", "ntfscp", "ntfsresize"],
            "makes NTFS volumes, and is the oracle for what is on them"),
        new("sleuthkit", ["fsstat", "fls"], "another reader of NTFS volumes"),
        new("tgt", ["tgtd", "tgtadm"], "a target of others"),
        new("istgt", ["istgt"], "another target of others, with mutual CHAP and several connections"),
        new("libiscsi-bin", ["iscsi-ls", "iscsi-inq", "iscsi-perf", "iscsi-readcapacity16"], "an initiator of others"),
        new("qemu-utils", ["qemu-img", "qemu-io"], "another initiator of others"),
        new("qemu-block-extra", ["/usr/lib/*/qemu/block-iscsi.so"], "the iSCSI driver of qemu-img"),
        new("fdisk", ["fdisk", "sfdisk"], "makes MBR partition tables, and tables for 4096-byte sectors"),
        new("gdisk", ["sgdisk"], "makes GPT partition tables"),
        new("python3", ["python3"], "fills volumes with more files than a shell has patience for"),
        new("attr", ["getfattr"], "reads extended attributes as users do"),
    ];

    /// <summary>The package that brings a program, or nothing if no package in the table does.</summary>
    public static ForeignPackage? FindFor(string program) => All.FirstOrDefault(each => each.Brings.Contains(program));

    /// <summary>Where a program is, or nothing. Daemons live where the path of ordinary users does not lead.</summary>
    public static string? FindProgram(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        string[] folders = [.. path.Split(Path.PathSeparator), "/usr/sbin", "/sbin"];
        return folders.Select(folder => Path.Join(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Whether all that the package brings is on this machine.</summary>
    public static bool IsInstalled(ForeignPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Brings.All(each => each.StartsWith('/') ? FileExists(each) : FindProgram(each) is not null);
    }

    private static bool FileExists(string pattern)
    {
        string[] parts = pattern.Split("/*/", 2);
        return parts.Length == 1
            ? File.Exists(pattern)
            : Directory.GetDirectories(parts[0]).Any(folder => File.Exists(Path.Join(folder, parts[1])));
    }
}
