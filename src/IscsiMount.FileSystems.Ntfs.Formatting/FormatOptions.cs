namespace IscsiMount.FileSystems.Ntfs.Formatting;

/// <summary>What a new volume is like.</summary>
public sealed record FormatOptions
{
    /// <summary>
    /// Bytes in a cluster: a power of two from the block length of the device to 2 MiB. Nothing means 4096 bytes, and
    /// more on devices above 16 TiB, which could not count so many clusters.
    /// </summary>
    /// <remarks>Clusters above 4096 bytes rule out compression.</remarks>
    public int? ClusterSizeBytes { get; init; }

    /// <summary>The name of the volume, up to 32 UTF-16 units. It may be empty.</summary>
    public string Label { get; init; } = "";

    /// <summary>Blocks of the disk before the volume. Only what boots from it reads that.</summary>
    public uint HiddenSectors { get; init; }
}
