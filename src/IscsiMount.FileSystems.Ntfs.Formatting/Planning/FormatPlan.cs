using IscsiMount.Block;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Planning;

/// <summary>The sizes of a new volume, and where its system files lie.</summary>
/// <remarks>
/// <code>
///   0                                   middle                                              end
///   $Boot  bitmap of $MFT  $MFT  ...    $MFTMirr $LogFile $AttrDef $UpCase $Bitmap $SDS root    ...  | boot copy
/// </code>
/// $MFT has all of the first half to grow into without a second fragment.
/// </remarks>
public sealed record FormatPlan
{
    private const int BootSize = 8192;
    private const int ClusterSizeMax = 2 << 20;
    private const int SectorSizeMax = 4096;
    private const int RecordSizeMin = 1024;
    private const int RecordCountMin = 64;
    private const int MirroredRecordsMin = 4;
    private const int LabelLengthMax = 32;
    private const ulong ClusterCountMax = uint.MaxValue;
    private const int ClusterSizeUsual = 4096;
    private const ulong LogSizeMin = 256 << 10;
    private const ulong LogSizeMax = 64 << 20;
    private const ulong LogPageSize = 4096;

    private FormatPlan()
    {
    }

    public required int SectorSize { get; init; }

    public required int ClusterSize { get; init; }

    public required ulong ClusterCount { get; init; }

    public required ulong TotalSectors { get; init; }

    public required string Label { get; init; }

    public required uint HiddenSectors { get; init; }

    public int RecordSize => Math.Max(RecordSizeMin, SectorSize);

    /// <summary>Records that $MFT has at first: no fewer than its mirror repeats.</summary>
    public int RecordCount => Math.Max(RecordCountMin, MirroredRecords);

    public int MirroredRecords => Math.Max(MirroredRecordsMin, ClusterSize / RecordSize);

    public int IndexBlockSize { get; } = 4096;

    public Area Boot { get; private set; }

    public Area MftBitmap { get; private set; }

    public Area Mft { get; private set; }

    public Area Mirror { get; private set; }

    public Area Log { get; private set; }

    public Area AttributeDefinitions { get; private set; }

    public Area UpCase { get; private set; }

    public Area Bitmap { get; private set; }

    public Area Descriptors { get; private set; }

    public Area RootIndex { get; private set; }

    /// <summary>All clusters that are taken.</summary>
    public IReadOnlyList<Area> Areas =>
        [Boot, MftBitmap, Mft, Mirror, Log, AttributeDefinitions, UpCase, Bitmap, Descriptors, RootIndex];

    /// <summary>Plans a volume on all of a device.</summary>
    /// <param name="device">Only its sizes are asked for.</param>
    /// <param name="options">What the volume is to be like.</param>
    /// <param name="problem">Why there is no such volume, as a sentence.</param>
    /// <returns>Nothing if the options do not fit the device.</returns>
    public static FormatPlan? Find(IBlockDevice device, FormatOptions options, out string problem)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        problem = "";
        ulong totalSectors = device.BlockCount - 1;
        ulong size = totalSectors * (ulong)device.BlockLength;
        int clusterSize = options.ClusterSizeBytes ?? UsualClusterSize(size, device.BlockLength);
        ulong clusterCount = size / (ulong)Math.Max(clusterSize, 1);
        if (device.BlockLength > SectorSizeMax)
        {
            problem = $"NTFS has sectors of up to {SectorSizeMax} bytes; the device has {device.BlockLength}.";
        }
        else if (clusterSize < device.BlockLength || clusterSize > ClusterSizeMax || !int.IsPow2(clusterSize))
        {
            problem = $"A cluster has {device.BlockLength} to {ClusterSizeMax} bytes, a power of two.";
        }
        else if (clusterCount > ClusterCountMax)
        {
            problem = $"{clusterCount} clusters are more than Windows counts; take larger ones.";
        }
        else if (options.Label.Length > LabelLengthMax)
        {
            problem = $"The label has {options.Label.Length} characters, and {LabelLengthMax} are allowed.";
        }

        return problem.Length > 0 ? null : Place(device.BlockLength, totalSectors, clusterSize, options, out problem);
    }

    /// <exception cref="ArgumentException">The plan was made for a device of another size.</exception>
    internal void CheckFits(IBlockDevice device)
    {
        if (device.BlockLength != SectorSize || device.BlockCount - 1 != TotalSectors)
        {
            throw new ArgumentException("The plan was made for another device.", nameof(device));
        }
    }

    private static FormatPlan? Place(
        int sectorSize, ulong totalSectors, int clusterSize, FormatOptions options, out string problem)
    {
        var plan = new FormatPlan
        {
            SectorSize = sectorSize,
            ClusterSize = clusterSize,
            ClusterCount = totalSectors / (ulong)(clusterSize / sectorSize),
            TotalSectors = totalSectors,
            Label = options.Label,
            HiddenSectors = options.HiddenSectors,
        };
        plan.PlaceAreas();
        bool fits = plan.Mft.Lcn + plan.Mft.ClusterCount <= plan.Mirror.Lcn
            && plan.RootIndex.Lcn + plan.RootIndex.ClusterCount <= plan.ClusterCount;
        problem = fits ? "" : $"The device is too small for a volume with clusters of {clusterSize} bytes.";
        return fits ? plan : null;
    }

    private void PlaceAreas()
    {
        ulong cursor = 0;
        Boot = Take(ref cursor, BootSize);
        MftBitmap = Take(ref cursor, (ulong)RecordCount / 8);
        Mft = Take(ref cursor, (ulong)(RecordCount * RecordSize));

        cursor = Math.Max(cursor, ClusterCount / 2);
        Mirror = Take(ref cursor, (ulong)(MirroredRecords * RecordSize));
        Log = Take(ref cursor, LogSize());
        AttributeDefinitions = Take(ref cursor, Content.AttributeDefinitions.Size);
        UpCase = Take(ref cursor, Content.UpCaseTable.Size);
        Bitmap = Take(ref cursor, (ClusterCount + 63) / 64 * 8);
        Descriptors = Take(ref cursor, Content.SecurityStream.Size);
        RootIndex = Take(ref cursor, (ulong)IndexBlockSize);
    }

    // Small clusters: no page of 4096 bytes lies across a border of 4096 bytes.
    private Area Take(ref ulong cursor, ulong size)
    {
        ulong clustersInPage = Math.Max(LogPageSize / (ulong)ClusterSize, 1);
        ulong first = (cursor + clustersInPage - 1) / clustersInPage * clustersInPage;
        ulong count = (size + (ulong)ClusterSize - 1) / (ulong)ClusterSize;
        Invariant.Holds(count > 0);
        cursor = first + count;
        return new Area(first, count, size);
    }

    // A hundredth of the volume.
    private ulong LogSize()
    {
        ulong size = ClusterCount * (ulong)ClusterSize / 100 / LogPageSize * LogPageSize;
        return Math.Clamp(size, LogSizeMin, LogSizeMax);
    }

    private static int UsualClusterSize(ulong size, int sectorSize)
    {
        int clusterSize = Math.Max(ClusterSizeUsual, sectorSize);
        while (size / (ulong)clusterSize > ClusterCountMax && clusterSize < ClusterSizeMax)
        {
            clusterSize *= 2;
        }

        return clusterSize;
    }
}
