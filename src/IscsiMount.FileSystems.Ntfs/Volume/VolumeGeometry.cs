using System.Numerics;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>The sizes that the whole engine calculates with, checked once against each other and the device.</summary>
internal sealed record VolumeGeometry
{
    private const string Structure = "$Boot";
    private const int SectorSizeMin = 256;
    private const int SectorSizeMax = 4096;
    private const int ClusterSizeMax = 2 * 1024 * 1024;
    private const int RecordSizeMin = 512;
    private const int RecordSizeMax = 4096;
    private const int IndexBlockSizeMin = 512;
    private const int IndexBlockSizeMax = 64 * 1024;

    public required int SectorSize { get; init; }

    public required int ClusterSize { get; init; }

    public required long ClusterCount { get; init; }

    public required int RecordSize { get; init; }

    public required int IndexBlockSize { get; init; }

    public required long MftLcn { get; init; }

    public required long MftMirrorLcn { get; init; }

    public required ulong SerialNumber { get; init; }

    /// <summary>The counted sectors and the copy of the boot sector behind them.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Clusters that a stream can have at most: what is beyond cannot be addressed in bytes.</summary>
    public long StreamClusterCountMax => long.MaxValue / ClusterSize;

    /// <exception cref="DamagedMediumException">The boot sector contradicts itself or the device.</exception>
    public static VolumeGeometry From(BootSector boot, long deviceSizeBytes)
    {
        int sectorSize = boot.BytesPerSector;
        Medium.Holds(
            IsPowerOfTwoWithin(sectorSize, SectorSizeMin, SectorSizeMax),
            Structure,
            "the size of a sector is impossible");

        long clusterSize = (long)sectorSize * SectorsPerCluster(boot.SectorsPerClusterCode);
        Medium.Holds(
            IsPowerOfTwoWithin(clusterSize, sectorSize, ClusterSizeMax),
            Structure,
            "the size of a cluster is impossible");

        long recordSize = SizeOf(boot.RecordSizeCode, clusterSize);
        long indexBlockSize = SizeOf(boot.IndexBlockSizeCode, clusterSize);
        Medium.Holds(
            IsPowerOfTwoWithin(recordSize, RecordSizeMin, RecordSizeMax),
            Structure,
            "the size of a file record is impossible");
        Medium.Holds(
            IsPowerOfTwoWithin(indexBlockSize, IndexBlockSizeMin, IndexBlockSizeMax),
            Structure,
            "the size of an index block is impossible");

        ulong sectorsMax = (ulong)(deviceSizeBytes / sectorSize);
        if (boot.TotalSectors == 0 || boot.TotalSectors > sectorsMax)
        {
            throw new DamagedMediumException(
                Structure,
                $"it claims {boot.TotalSectors} sectors of {sectorSize} bytes, and the device has {sectorsMax}");
        }

        long clusterCount = (long)boot.TotalSectors * sectorSize / clusterSize;
        Medium.Holds(boot.MftLcn < (ulong)clusterCount, Structure, "$MFT lies outside of the volume");
        Medium.Holds(boot.MftMirrorLcn < (ulong)clusterCount, Structure, "$MFTMirr lies outside of the volume");

        return new VolumeGeometry
        {
            SectorSize = sectorSize,
            ClusterSize = (int)clusterSize,
            ClusterCount = clusterCount,
            RecordSize = (int)recordSize,
            IndexBlockSize = (int)indexBlockSize,
            MftLcn = (long)boot.MftLcn,
            MftMirrorLcn = (long)boot.MftMirrorLcn,
            SerialNumber = boot.VolumeSerialNumber,
            SizeBytes = Math.Min(((long)boot.TotalSectors + 1) * sectorSize, deviceSizeBytes),
        };
    }

    private static bool IsPowerOfTwoWithin(long value, long min, long max) =>
        value >= min && value <= max && BitOperations.IsPow2(value);

    private static int SectorsPerCluster(byte code)
    {
        // Above 80h the byte is a negative power of two; more than 2^14 is beyond any cluster, and refused above.
        int exponent = 256 - code;
        return code <= 0x80 ? code : 1 << Math.Min(exponent, 14);
    }

    private static long SizeOf(sbyte code, long clusterSize) =>
        code > 0 ? code * clusterSize : 1L << Math.Min(-code, 30);
}
