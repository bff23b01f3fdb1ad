namespace IscsiMount.Block.Partitions;

/// <summary>How a device is divided.</summary>
public enum PartitionScheme
{
    /// <summary>Not at all: the whole device is one volume, or nothing that we know.</summary>
    None,
    Mbr,
    Gpt,
}

/// <summary>What a device says about its division, and what is wrong with that.</summary>
public sealed record PartitionScan
{
    public required PartitionScheme Scheme { get; init; }

    /// <summary>
    /// The parts that can be used, in the order of their numbers. A part that leaves the device or overlaps another is
    /// not among them.
    /// </summary>
    public required IReadOnlyList<PartitionEntry> Partitions { get; init; }

    /// <summary>What is wrong with the table, each as a sentence. Nothing means that all is well.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
}
