using IscsiMount.FileSystems.Ntfs.Verifier.Layout;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>The sizes of a volume, which have been checked against each other and the device.</summary>
internal sealed record Geometry
{
    private const int SectorSizeMin = 256;
    private const int SectorSizeMax = 4096;
    private const int ClusterSizeMax = 2 << 20;
    private const int RecordSizeMin = 512;
    private const int RecordSizeMax = 4096;
    private const int IndexBlockSizeMin = 512;
    private const int IndexBlockSizeMax = 64 << 10;

    public required int SectorSize { get; init; }

    public required int ClusterSize { get; init; }

    public required ulong ClusterCount { get; init; }

    public required ulong TotalSectors { get; init; }

    public required int RecordSize { get; init; }

    public required int IndexBlockSize { get; init; }

    public required ulong MftLcn { get; init; }

    public required ulong MirrorLcn { get; init; }

    /// <summary>Bytes of all clusters.</summary>
    public ulong Size => ClusterCount * (ulong)ClusterSize;

    /// <summary>Records that $MFTMirr repeats.</summary>
    public int MirroredRecords => Math.Max(4, ClusterSize / RecordSize);

    public long OffsetOf(ulong lcn) => (long)(lcn * (ulong)ClusterSize);

    /// <summary>Nothing if the numbers are impossible; then the problem says why.</summary>
    public static Geometry? Find(BootSector boot, ulong deviceSize, out string problem)
    {
        problem = "";
        long clusterSize = boot.BytesPerSector * SectorsPerCluster(boot.SectorsPerCluster);
        long recordSize = SizeOf(boot.RecordSize, clusterSize);
        long indexBlockSize = SizeOf(boot.IndexBlockSize, clusterSize);
        if (!boot.HasSystemName)
        {
            problem = "it does not say NTFS";
        }
        else if (!IsSize(boot.BytesPerSector, SectorSizeMin, SectorSizeMax))
        {
            problem = $"a sector has {boot.BytesPerSector} bytes";
        }
        else if (!IsSize(clusterSize, boot.BytesPerSector, ClusterSizeMax))
        {
            problem = $"a cluster has {clusterSize} bytes";
        }
        else if (!IsSize(recordSize, RecordSizeMin, RecordSizeMax))
        {
            problem = $"a record has {recordSize} bytes";
        }
        else if (!IsSize(indexBlockSize, IndexBlockSizeMin, IndexBlockSizeMax))
        {
            problem = $"an index block has {indexBlockSize} bytes";
        }
        else if (boot.TotalSectors > deviceSize / (ulong)boot.BytesPerSector)
        {
            problem = $"it counts {boot.TotalSectors} sectors, which is more than the device has";
        }

        return problem.Length > 0 ? null : FindPlaces(boot, clusterSize, out problem);
    }

    private static Geometry? FindPlaces(BootSector boot, long clusterSize, out string problem)
    {
        ulong clusterCount = boot.TotalSectors / (ulong)(clusterSize / boot.BytesPerSector);
        bool areInside = boot.MftLcn < clusterCount && boot.MirrorLcn < clusterCount;
        problem = areInside ? "" : "$MFT or its mirror begins outside of the volume";
        return !areInside ? null : new Geometry
        {
            SectorSize = boot.BytesPerSector,
            ClusterSize = (int)clusterSize,
            ClusterCount = clusterCount,
            TotalSectors = boot.TotalSectors,
            RecordSize = (int)SizeOf(boot.RecordSize, clusterSize),
            IndexBlockSize = (int)SizeOf(boot.IndexBlockSize, clusterSize),
            MftLcn = boot.MftLcn,
            MirrorLcn = boot.MirrorLcn,
        };
    }

    private static long SectorsPerCluster(byte code)
    {
        int exponent = 256 - code;
        return code <= 0x80 ? code : exponent < 32 ? 1L << exponent : 0;
    }

    private static long SizeOf(sbyte code, long clusterSize)
    {
        return code > 0 ? code * clusterSize : -code < 32 ? 1L << -code : 0;
    }

    private static bool IsSize(long size, long min, long max) => size >= min && size <= max && long.IsPow2(size);
}
