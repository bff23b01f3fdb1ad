using IscsiMount.FileSystems.Ntfs.Layout.Volume;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>Turns what was found on a volume into reasons against writing to it, each with its cure.</summary>
internal static class WriteObstacles
{
    private const string RunCheck = "Let Windows check the volume (chkdsk), then mount it again.";
    private const string MountOnWindows = "Mount the volume on Windows once, and dismount it there.";
    private const string ShutDown =
        "Start that Windows, shut it down completely (shutdown /s /t 0), then mount the volume again.";

    private static readonly (VolumeFlags Flag, ReadOnlyReason Reason)[] ByFlag =
    [
        (VolumeFlags.Dirty, new(
            "volume-dirty",
            "The volume is marked dirty: it was not dismounted, or damage was noticed on it.",
            RunCheck)),
        (VolumeFlags.ResizeLog, new(
            "log-resize-pending", "Windows is to resize the log at the next mount.", MountOnWindows)),
        (VolumeFlags.UpgradeOnMount, new(
            "upgrade-pending", "Windows is to upgrade the volume at the next mount.", MountOnWindows)),
        (VolumeFlags.RepairObjectIds, new("object-ids-damaged", "The object ids wait to be repaired.", RunCheck)),
        (VolumeFlags.CheckRunning, new(
            "check-running", "A check of the volume has begun and not ended.", RunCheck)),
        (VolumeFlags.ModifiedByCheck, new(
            "modified-by-check", "A check has changed the volume and left its mark.", RunCheck)),
    ];

    public static IEnumerable<ReadOnlyReason> OfFlags(VolumeFlags flags) =>
        ByFlag.Where(row => (flags & row.Flag) != 0).Select(row => row.Reason);

    public static ReadOnlyReason? OfVersion(VolumeInformation information) =>
        information is { Major: 3, Minor: 0 or 1 }
            ? null
            : new ReadOnlyReason(
                "unsupported-version",
                $"The volume has version {information.Major}.{information.Minor}; only 3.0 and 3.1 can be written.",
                "Mount the volume on a Windows of its time or later, which upgrades it.");

    public static ReadOnlyReason? OfLog(LogFileState state) => state switch
    {
        LogFileState.Clean or LogFileState.Emptied => null,
        LogFileState.Unclean => new(
            "log-unclean",
            "Windows stopped without dismounting the volume; its log holds changes that wait to be replayed.",
            MountOnWindows),
        LogFileState.InUse => new(
            "log-in-use",
            "The log is in the form that Windows 8 and later use while they have the volume mounted or are suspended.",
            ShutDown),
        LogFileState.Unknown => new(
            "log-unreadable", "The log is damaged or of an unknown version.", RunCheck),
    };

    public static ReadOnlyReason Hibernated { get; } = new(
        "hibernated",
        "A Windows on the volume is suspended (hiberfil.sys). To write would destroy its state.",
        ShutDown);

    public static ReadOnlyReason ReadOnlyDevice { get; } = new(
        "device-read-only", "The device takes no writes.", "Allow writing where the device is provided.");

    public static ReadOnlyReason ChangedByOthers { get; } = new(
        "changed-by-others",
        "Writing ended here without a dismount, and another system has changed the volume since.",
        RunCheck);

    public static ReadOnlyReason LargeBlocks { get; } = new(
        "device-blocks-large",
        "The device takes blocks that are larger than the sectors of the volume.",
        "Provide the device with the block length with which the volume was made.");

    public static ReadOnlyReason UnusualForm { get; } = new(
        "unusual-form",
        "Its index blocks or the bitmap of its file records have a form that is only read.",
        "Mount it read-only, or copy its content to a new volume.");

    public static ReadOnlyReason NoRoomForIntents { get; } = new(
        "no-room",
        "It has no free clusters in one piece for what makes writing safe.",
        "Free some megabytes on another system.");

    public static ReadOnlyReason DamagedBootSector(string what) => new(
        "boot-sector-damaged", $"The boot sector cannot be used ({what}); its copy at the end was.", RunCheck);

    public static ReadOnlyReason DamagedMft(string what) => new(
        "mft-damaged", $"The head of $MFT cannot be used ({what}); its copy was.", RunCheck);
}
