namespace IscsiMount.Control.Reports;

/// <summary>A volume that was made.</summary>
public sealed record FormatReport
{
    /// <summary>The image or the unit, as the user named it.</summary>
    public required string Source { get; init; }

    /// <summary>The partition, from 1; absent where the whole of it is the volume.</summary>
    public int? Partition { get; init; }

    public required string FileSystem { get; init; }

    public required string Label { get; init; }

    public required long SizeBytes { get; init; }

    public required int ClusterSizeBytes { get; init; }

    public required int SectorSizeBytes { get; init; }
}
