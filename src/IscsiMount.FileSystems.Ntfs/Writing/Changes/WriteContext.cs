using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>What changes of a volume are made of. It is used inside the gate of changes.</summary>
internal sealed record WriteContext
{
    public required VolumeGeometry Geometry { get; init; }

    public required FileStore Files { get; init; }

    public required IndexBlockStore Blocks { get; init; }

    public required DirectoryStore Directories { get; init; }

    public required RecordFormat Format { get; init; }

    public required PendingPages Pending { get; init; }

    public required ClusterAllocator Clusters { get; init; }

    public required RecordAllocator Records { get; init; }

    public required DeviceWriter Device { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What one intent may take at most.</summary>
    public required long IntentSizeMax { get; init; }

    /// <summary>Key of the security descriptor for files whose directory has none.</summary>
    public required uint DefaultSecurityId { get; init; }

    /// <summary>What the group that collects changes has freed.</summary>
    public FreedSpace Freed { get; set; } = new();

    /// <summary>The time as the medium has it: 100 ns since 1601-01-01 UTC.</summary>
    public long Now() => Time.GetUtcNow().ToFileTime();
}
