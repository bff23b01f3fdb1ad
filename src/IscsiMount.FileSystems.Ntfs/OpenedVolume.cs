using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>Puts the parts of a volume together once its geometry is known.</summary>
internal delegate ValueTask<VolumeParts> JoinParts(
    VolumeMedium medium, VolumeGeometry geometry, CancellationToken cancellationToken);

/// <summary>A volume whose parts have been found and judged, before it is decided how it is opened.</summary>
internal sealed record OpenedVolume
{
    public required VolumeParts Parts { get; init; }

    public required UpCaseTable UpCase { get; init; }

    public required IndexBlockStore Blocks { get; init; }

    public required DirectoryStore Directories { get; init; }

    public required FileId Root { get; init; }

    public required string Label { get; init; }

    public required VolumeInformation Information { get; init; }

    /// <summary>What stands against writing.</summary>
    public required IReadOnlyList<ReadOnlyReason> Obstacles { get; init; }

    /// <exception cref="DamagedMediumException">The volume contradicts itself where it must not.</exception>
    public static async ValueTask<OpenedVolume> OpenAsync(
        VolumeMedium medium, BootFinding boot, JoinParts join, CancellationToken cancellationToken)
    {
        VolumeParts parts = await join(medium, boot.Geometry!, cancellationToken);
        (string label, VolumeInformation information) = await parts.ReadVolumeFileAsync(cancellationToken);
        UpCaseTable upCase = await parts.ReadUpCaseAsync(cancellationToken);
        var blocks = new IndexBlockStore(parts.Files.Reader, parts.Options.IndexCacheBytesMax);
        var directories = new DirectoryStore(parts.Files, blocks, upCase, parts.Options.LookupCacheBytesMax);
        MftFile root = await parts.Files.GetSystemFileAsync(SystemFile.Root, cancellationToken);
        Medium.Holds(root.IsDirectory, "root directory", "its record says that it is a file");
        var inspector = new StateInspector(parts, directories);
        return new OpenedVolume
        {
            Parts = parts,
            UpCase = upCase,
            Blocks = blocks,
            Directories = directories,
            Root = root.Properties.Id,
            Label = label,
            Information = information,
            Obstacles = await inspector.FindObstaclesAsync(
                boot.Damage, information, root.Properties.Id, cancellationToken),
        };
    }

    /// <summary>The volume open for reading.</summary>
    public NtfsVolume ToVolume(NtfsOptions options) => new(Describe(), Root, Parts, Directories, Blocks, options);

    private VolumeDescription Describe() => new()
    {
        Format = $"NTFS {Information.Major}.{Information.Minor}",
        Label = Label,
        SerialNumber = Parts.Geometry.SerialNumber,
        ClusterSizeBytes = Parts.Geometry.ClusterSize,
        SizeBytes = Parts.Geometry.SizeBytes,
        IsReadOnly = true,
        ReadOnlyReasons = Obstacles,
    };
}
