namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>The kinds of reparse points that this engine knows.</summary>
internal static class ReparseTag
{
    public const uint MountPoint = 0xA000_0003;
    public const uint SymbolicLink = 0xA000_000C;

    /// <summary>A symbolic link of the Windows Subsystem for Linux.</summary>
    public const uint LinuxSymbolicLink = 0xA000_001D;

    private const uint LinuxSocket = 0x8000_0023;
    private const uint LinuxFifo = 0x8000_0024;
    private const uint LinuxCharacterDevice = 0x8000_0025;
    private const uint LinuxBlockDevice = 0x8000_0026;

    // The content of these is not in the main stream, which reads as a hole.
    private const uint CompressedByWof = 0x8000_0017;
    private const uint Deduplicated = 0x8000_0013;
    private const uint SingleInstance = 0x8000_0007;
    private const uint Migrated = 0xC000_0004;
    private const uint MigratedAgain = 0x8000_0006;

    /// <summary>What the tag makes of a file; null if it stays what it is.</summary>
    public static FileKind? KindOf(uint tag) => tag switch
    {
        MountPoint or SymbolicLink or LinuxSymbolicLink => FileKind.SymbolicLink,
        LinuxSocket => FileKind.Socket,
        LinuxFifo => FileKind.Fifo,
        LinuxCharacterDevice => FileKind.CharacterDevice,
        LinuxBlockDevice => FileKind.BlockDevice,
        _ => null,
    };

    /// <summary>
    /// Whether the main stream is only a shell: its content is compressed by WOF, shared with other files, or moved to
    /// other storage. To read it would yield zeroes without a word.
    /// </summary>
    public static bool HidesContent(uint tag) =>
        tag is CompressedByWof or Deduplicated or SingleInstance or Migrated or MigratedAgain;
}
