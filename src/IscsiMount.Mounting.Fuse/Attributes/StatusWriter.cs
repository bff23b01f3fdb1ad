using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Attributes;

/// <summary>Shows the properties of a file in the words of Linux: owner, mode, times.</summary>
internal sealed class StatusWriter(MountRequest request)
{
    /// <summary>What programs should read at once. It is a hint for their buffers.</summary>
    private const int BlockSizeBytes = 64 * 1024;

    private const int SectorSizeBytes = 512;
    private const uint AllPermissions = 0b111_111_111;
    private const uint WritePermissions = 0b010_010_010;
    private const uint DosReadOnly = 1;

    public FileStatus Describe(in FileProperties properties, ulong inode) => new()
    {
        Inode = inode,
        LinkCount = properties.LinkCount,
        Mode = KindBits(properties.Kind) | Permissions(properties),
        UserId = request.UserId,
        GroupId = request.GroupId,
        SizeBytes = properties.SizeBytes,
        BlockSizeBytes = BlockSizeBytes,
        SectorCount = (properties.AllocatedBytes + SectorSizeBytes - 1) / SectorSizeBytes,
        AccessedAt = WindowsTime.ToLinux(properties.AccessedAt),
        ModifiedAt = WindowsTime.ToLinux(properties.ModifiedAt),
        ChangedAt = WindowsTime.ToLinux(properties.ChangedAt),
    };

    /// <summary>What a listing without properties tells: number and kind.</summary>
    public static FileStatus Sketch(FileKind kind, ulong inode) => new() { Inode = inode, Mode = KindBits(kind) };

    // S_IFMT, inode(7).
    private static uint KindBits(FileKind kind) => kind switch
    {
        FileKind.Fifo => 0x1000,
        FileKind.CharacterDevice => 0x2000,
        FileKind.Directory => 0x4000,
        FileKind.BlockDevice => 0x6000,
        FileKind.File => 0x8000,
        FileKind.SymbolicLink => 0xA000,
        FileKind.Socket => 0xC000,
    };

    private uint Permissions(in FileProperties properties)
    {
        if (properties.Kind == FileKind.SymbolicLink)
        {
            return AllPermissions;
        }

        bool isDirectory = properties.Kind == FileKind.Directory;
        uint allowed = AllPermissions & ~(isDirectory ? request.DirectoryModeMask : request.FileModeMask);

        // On a directory the bit means something else: that its view in a shell was customized.
        bool isReadOnly = !isDirectory && (properties.DosAttributes & DosReadOnly) != 0;
        return isReadOnly ? allowed & ~WritePermissions : allowed;
    }
}
