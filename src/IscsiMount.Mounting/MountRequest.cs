namespace IscsiMount.Mounting;

/// <summary>What the user wants a mount to be. Immutable.</summary>
public sealed record MountRequest
{
    /// <summary>
    /// Where the volume appears: the absolute path of a directory (Linux), or a drive (Windows, <c>X:</c>).
    /// </summary>
    public required string MountPoint { get; init; }

    /// <summary>What the mount table shows as the source, such as <c>iscsimount#iqn…/0/1</c>. Not a secret.</summary>
    public required string Source { get; init; }

    /// <summary>Whether other users of the machine may look into the mount.</summary>
    public bool AllowOther { get; init; }

    /// <summary>How names are told apart on this mount.</summary>
    public FileSystems.NameComparison NameComparison { get; init; } = FileSystems.NameComparison.Exact;

    /// <summary>The numbers that files are shown to belong to.</summary>
    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Permission bits that are taken away from files and directories (octal 022 by default).</summary>
    public uint FileModeMask { get; init; } = 0b000_010_010;

    public uint DirectoryModeMask { get; init; } = 0b000_010_010;
}
