using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>NTFS, versions 1.2 to 3.1, for reading.</summary>
public sealed class NtfsFormat : IFileSystemFormat
{
    private const string Structure = "$Boot";

    private readonly NtfsOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public NtfsFormat(NtfsOptions? options = null, ILogger? logger = null)
    {
        _options = options ?? new NtfsOptions();
        _logger = logger ?? NullLogger.Instance;
        if (_options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }
    }

    public string Name => "ntfs";

    public async ValueTask<RecognizedVolume?> RecognizeAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        var medium = new VolumeMedium(device);
        if (medium.SizeBytes < BootSector.Length
            || await BootFinder.FindAsync(medium, cancellationToken) is not { } boot)
        {
            return null;
        }

        if (boot.Geometry is not { } geometry)
        {
            return new RecognizedVolume(Name, "", 0, medium.SizeBytes, boot.Damage);
        }

        var recognized = new RecognizedVolume(Name, "", geometry.SerialNumber, geometry.SizeBytes, null);
        try
        {
            VolumeParts parts = await JoinAsync(medium, geometry, cancellationToken);
            (string label, _) = await parts.ReadVolumeFileAsync(cancellationToken);
            return recognized with { Label = label };
        }
        catch (DamagedMediumException damage)
        {
            return recognized with { Damage = damage.Message };
        }
    }

    public async ValueTask<IFileSystem> OpenReadOnlyAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        var medium = new VolumeMedium(device);
        BootFinding? boot = medium.SizeBytes < BootSector.Length
            ? null
            : await BootFinder.FindAsync(medium, cancellationToken);
        if (boot?.Geometry is not { } geometry)
        {
            throw new DamagedMediumException(Structure, boot?.Damage ?? "the signature is missing");
        }

        VolumeParts parts = await JoinAsync(medium, geometry, cancellationToken);
        (string label, VolumeInformation information) = await parts.ReadVolumeFileAsync(cancellationToken);
        UpCaseTable upCase = await parts.ReadUpCaseAsync(cancellationToken);
        var blocks = new IndexBlockStore(parts.Files.Reader, _options.IndexCacheBytesMax);
        var directories = new DirectoryStore(parts.Files, blocks, upCase, _options.LookupCacheBytesMax);
        MftFile root = await parts.Files.GetSystemFileAsync(SystemFile.Root, cancellationToken);
        Medium.Holds(root.IsDirectory, "root directory", "its record says that it is a file");

        var inspector = new StateInspector(parts, directories);
        var description = new VolumeDescription
        {
            Format = $"NTFS {information.Major}.{information.Minor}",
            Label = label,
            SerialNumber = geometry.SerialNumber,
            ClusterSizeBytes = geometry.ClusterSize,
            SizeBytes = geometry.SizeBytes,
            IsReadOnly = true,
            ReadOnlyReasons = await inspector.FindObstaclesAsync(
                boot.Damage, information, root.Properties.Id, cancellationToken),
        };
        foreach (ReadOnlyReason reason in description.ReadOnlyReasons)
        {
            _logger.MayNotBeWritten(geometry.SerialNumber, reason.Code, reason.What);
        }

        return new NtfsVolume(description, root.Properties.Id, parts, directories, blocks, _options);
    }

    private ValueTask<VolumeParts> JoinAsync(
        VolumeMedium medium, VolumeGeometry geometry, CancellationToken cancellationToken) =>
        VolumeParts.JoinAsync(
            medium, geometry, new DamageLog(_logger, geometry.SerialNumber), _options, cancellationToken);
}
