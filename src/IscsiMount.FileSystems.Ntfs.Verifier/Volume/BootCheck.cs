using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Volume;

/// <summary>Reads both boot sectors and tells the sizes of the volume.</summary>
internal static class BootCheck
{
    /// <summary>Nothing if neither sector can be used.</summary>
    public static async ValueTask<Geometry?> RunAsync(
        VolumeReader reader, FindingLog findings, CancellationToken cancellationToken)
    {
        byte[] first = new byte[BootSector.Length];
        await reader.ReadAsync(0, first, cancellationToken);
        var geometry = Geometry.Find(BootSector.Read(first), reader.Size, out string problem);
        if (geometry is not null)
        {
            await CompareAsync(reader, geometry, first, findings, cancellationToken);
            return geometry;
        }

        findings.Add(FindingKind.BootSectorInvalid, null, 0, problem);
        return await FindBackupAsync(reader, cancellationToken);
    }

    // The copy lies in the last sector of the device, whose size only the copy itself tells.
    private static async ValueTask<Geometry?> FindBackupAsync(
        VolumeReader reader, CancellationToken cancellationToken)
    {
        byte[] copy = new byte[BootSector.Length];
        for (ulong sectorSize = 512; sectorSize <= 4096; sectorSize *= 2)
        {
            if (sectorSize > reader.Size)
            {
                return null;
            }

            await reader.ReadAsync((long)(reader.Size - sectorSize), copy, cancellationToken);
            if (Geometry.Find(BootSector.Read(copy), reader.Size, out _) is { } geometry)
            {
                return geometry;
            }
        }

        return null;
    }

    private static async ValueTask CompareAsync(
        VolumeReader reader, Geometry geometry, byte[] first, FindingLog findings,
        CancellationToken cancellationToken)
    {
        ulong place = geometry.TotalSectors * (ulong)geometry.SectorSize;
        if (place + BootSector.Length > reader.Size)
        {
            findings.Add(FindingKind.BootBackupDiffers, null, null, "the device ends where the copy should begin");
            return;
        }

        byte[] copy = new byte[BootSector.Length];
        await reader.ReadAsync((long)place, copy, cancellationToken);
        if (!copy.AsSpan().SequenceEqual(first))
        {
            findings.Add(FindingKind.BootBackupDiffers, null, (long)place, "the copy is not the boot sector");
        }
    }
}
