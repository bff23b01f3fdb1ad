using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>NTFS: versions 1.2 to 3.1 for reading, 3.0 and 3.1 for writing.</summary>
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
        BootFinding boot = await FindBootAsync(medium, cancellationToken);
        OpenedVolume opened = await OpenedVolume.OpenAsync(medium, boot, NewParts(), cancellationToken);
        Report(opened.Obstacles, boot.Geometry!);
        return opened.ToVolume(_options);
    }

    /// <summary>
    /// Opens the volume for reading and writing. Where something stands against writing it is open for reading, and its
    /// description says why. The device stays the caller's; it outlives the file system.
    /// </summary>
    /// <param name="device">Where the volume lies.</param>
    /// <param name="support">What writing needs beside it.</param>
    /// <param name="cancellationToken">Gives up before anything was written.</param>
    /// <exception cref="InvalidOperationException">The options do not allow writing.</exception>
    /// <exception cref="DamagedMediumException">The volume contradicts itself where it must not.</exception>
    public async ValueTask<IFileSystem> OpenReadWriteAsync(
        IBlockDevice device, WriteSupport support, CancellationToken cancellationToken)
    {
        if (_options.Access != NtfsAccess.ReadWrite)
        {
            throw new InvalidOperationException("The options do not allow writing.");
        }

        var medium = new VolumeMedium(device, new PendingPages());
        BootFinding boot = await FindBootAsync(medium, cancellationToken);
        var opener = new WritableOpener(device, medium, support, _options)
        {
            WritingEnded = fault => _logger.WritingEnded(boot.Geometry!.SerialNumber, fault.Message),
        };
        WritableOpening opening = await opener.OpenAsync(boot, NewParts(), cancellationToken);
        Report(opening.Obstacles, boot.Geometry!);
        return opening.Volume;
    }

    private static async ValueTask<BootFinding> FindBootAsync(VolumeMedium medium, CancellationToken cancellationToken)
    {
        BootFinding? boot = medium.SizeBytes < BootSector.Length
            ? null
            : await BootFinder.FindAsync(medium, cancellationToken);
        return boot?.Geometry is null
            ? throw new DamagedMediumException(Structure, boot?.Damage ?? "the signature is missing")
            : boot;
    }

    private void Report(IReadOnlyList<ReadOnlyReason> obstacles, VolumeGeometry geometry)
    {
        foreach (ReadOnlyReason reason in obstacles)
        {
            _logger.MayNotBeWritten(geometry.SerialNumber, reason.Code, reason.What);
        }
    }

    private JoinParts NewParts() => (medium, geometry, token) => JoinAsync(medium, geometry, token);

    private ValueTask<VolumeParts> JoinAsync(
        VolumeMedium medium, VolumeGeometry geometry, CancellationToken cancellationToken) =>
        VolumeParts.JoinAsync(
            medium, geometry, new DamageLog(_logger, geometry.SerialNumber), _options, cancellationToken);
}
