using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>What was found where a boot sector should be.</summary>
/// <param name="Geometry">The sizes of the volume; null if neither the sector nor its copy can be used.</param>
/// <param name="Damage">What is wrong with the first sector, or null.</param>
internal sealed record BootFinding(VolumeGeometry? Geometry, string? Damage);

/// <summary>Finds the boot sector of a volume: the first sector, or its copy in the last one.</summary>
internal static class BootFinder
{
    private const int SectorSizeMax = 4096;

    /// <summary>Null means that the device holds something else.</summary>
    public static async ValueTask<BootFinding?> FindAsync(VolumeMedium medium, CancellationToken cancellationToken)
    {
        byte[] sector = new byte[(int)Math.Min(SectorSizeMax, medium.SizeBytes)];
        await medium.ReadAsync(0, sector, cancellationToken);
        bool isSigned = BootSector.IsSigned(sector);
        BootFinding first = isSigned
            ? Judge(BootSector.Read(sector), medium.SizeBytes)
            : new BootFinding(null, "the signature is missing");
        if (first.Geometry is not null)
        {
            return first;
        }

        await medium.ReadAsync(medium.SizeBytes - sector.Length, sector, cancellationToken);
        VolumeGeometry? copy = FindCopy(sector, medium.SizeBytes);
        return copy is not null || isSigned ? first with { Geometry = copy } : null;
    }

    /// <summary>The copy stands in the last sector, and is believed only if it describes just this device.</summary>
    private static VolumeGeometry? FindCopy(ReadOnlySpan<byte> tail, long deviceSizeBytes)
    {
        for (int sectorSize = BootSector.Length; sectorSize <= tail.Length; sectorSize *= 2)
        {
            ReadOnlySpan<byte> sector = tail[^sectorSize..];
            if (!BootSector.IsSigned(sector))
            {
                continue;
            }

            var boot = BootSector.Read(sector);
            bool isOfThisDevice = boot.BytesPerSector == sectorSize
                && boot.TotalSectors == (ulong)(deviceSizeBytes / sectorSize) - 1;
            if (isOfThisDevice && Judge(boot, deviceSizeBytes).Geometry is { } geometry)
            {
                return geometry;
            }
        }

        return null;
    }

    private static BootFinding Judge(BootSector boot, long deviceSizeBytes)
    {
        try
        {
            return new BootFinding(VolumeGeometry.From(boot, deviceSizeBytes), null);
        }
        catch (DamagedMediumException damage)
        {
            return new BootFinding(null, damage.Message);
        }
    }
}
