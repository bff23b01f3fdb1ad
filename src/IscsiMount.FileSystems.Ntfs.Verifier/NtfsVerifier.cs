using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using IscsiMount.FileSystems.Ntfs.Verifier.Volume;

namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>
/// Reads all metadata of an NTFS volume and tells every rule of the format that it breaks. It never writes.
/// </summary>
/// <remarks>
/// <para>It takes some thirty bytes for a file record and a bit for a cluster, wherever there are any, and reads $MFT
/// from its begin to its end, once.</para>
/// <para>It shares no code with the engine that writes volumes, so that no misreading is shared either (ADR 0015).
/// </para>
/// <para>Whatever the volume says is an answer. Only a device that cannot be read is a fault.</para>
/// </remarks>
/// <param name="device">The volume: a whole device, or a partition of one. It must not change meanwhile.</param>
/// <param name="options">What is expected, and how much is kept.</param>
public sealed class NtfsVerifier(IBlockDevice device, VerifierOptions options)
{
    /// <summary>Verifies a volume and forgets about progress.</summary>
    /// <exception cref="Primitives.StorageFaultException">The device cannot be read.</exception>
    public static Task<VerificationReport> VerifyAsync(
        IBlockDevice device, VerificationMode mode, CancellationToken cancellationToken)
    {
        var verifier = new NtfsVerifier(device, new VerifierOptions { Mode = mode });
        return verifier.RunAsync(null, cancellationToken);
    }

    /// <summary>Whether the first or the last sector says that this is an NTFS volume, damaged or not.</summary>
    /// <exception cref="Primitives.StorageFaultException">The device cannot be read.</exception>
    public static async Task<bool> IsNtfsAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        byte[] block = new byte[device.BlockLength];
        foreach (ulong number in (ulong[])[0, device.BlockCount - 1])
        {
            await device.ReadAsync(new(number, 1), block, cancellationToken);
            if (BootSector.Read(block).HasSystemName)
            {
                return true;
            }
        }

        return false;
    }

    /// <exception cref="Primitives.StorageFaultException">The device cannot be read.</exception>
    public async Task<VerificationReport> RunAsync(
        IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var findings = new FindingLog(options);
        var reader = new VolumeReader(device);
        progress?.Report(new(VerificationPhase.Start, 0, 1));
        Geometry? geometry = await BootCheck.RunAsync(reader, findings, cancellationToken);
        if (geometry is null)
        {
            return Report(findings, null);
        }

        var inspection = new Inspection(options, geometry, reader, findings);
        StreamBytes? mft = await new MftMap(inspection).FindAsync(cancellationToken);
        if (mft is null)
        {
            return Report(findings, null);
        }

        await InspectAsync(inspection, mft, progress, cancellationToken);
        return Report(findings, inspection);
    }

    private static async Task InspectAsync(
        Inspection inspection, StreamBytes mft, IProgress<VerificationProgress>? progress,
        CancellationToken cancellationToken)
    {
        ulong size = Math.Min(Math.Min(mft.Size, mft.InitializedSize), mft.Extents!.Size);
        inspection.RecordCount = size / (ulong)inspection.Geometry.RecordSize;
        var source = new RecordSource(inspection, mft);
        var system = new SystemFiles(inspection, source);
        await system.ReadAsync(cancellationToken);
        await new RecordSweep(inspection, mft, system.MftBitmap).RunAsync(progress, cancellationToken);

        progress?.Report(new(VerificationPhase.Comparison, 0, 1));
        await MirrorComparison.RunAsync(inspection, mft, cancellationToken);
        await new NameDiagnosis(inspection, source).RunAsync(progress, cancellationToken);
        DirectoryPaths.Check(inspection);
        LedgerComparison.Run(inspection);
        if (system.VolumeBitmap is { } bitmap)
        {
            await new ClusterComparison(inspection, bitmap).RunAsync(cancellationToken);
        }
    }

    private VerificationReport Report(FindingLog findings, Inspection? inspection) => new()
    {
        Mode = options.Mode,
        Findings = findings.Findings,
        FindingCount = findings.Count,
        ForgivenCount = findings.ForgivenCount,
        IsComplete = inspection is not null,
        RecordsInUse = inspection?.RecordsInUse ?? 0,
        Directories = inspection?.Directories ?? 0,
        IndexEntries = inspection?.IndexEntries ?? 0,
        BytesInUse = (long)(inspection?.Clusters.Count ?? 0) * (inspection?.Geometry.ClusterSize ?? 0),
    };
}
