namespace IscsiMount.Control.Reports;

/// <summary>What a check of a volume found out.</summary>
public sealed record CheckReport
{
    /// <summary>The image or the unit, as the user named it.</summary>
    public required string Source { get; init; }

    /// <summary>The partition, from 1; absent where the whole of it is the volume.</summary>
    public int? Partition { get; init; }

    public required string FileSystem { get; init; }

    /// <summary><c>clean</c> or <c>crash</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Whether nothing was found, and all of the volume could be read.</summary>
    public required bool IsSound { get; init; }

    /// <summary>Whether the volume could be read to its end.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>All findings, also those that are not listed.</summary>
    public required long FindingCount { get; init; }

    /// <summary>What the mode forgives.</summary>
    public required long ForgivenCount { get; init; }

    public required long FileRecords { get; init; }

    public required long Directories { get; init; }

    public required long DirectoryEntries { get; init; }

    public required long UsedBytes { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<CheckFinding> Findings { get; init; }
}

/// <summary>One rule that a volume breaks.</summary>
public sealed record CheckFinding
{
    /// <summary>The name of the rule, <c>linkCountWrong</c>; docs/formats/ntfs-rules.md explains each.</summary>
    public required string Kind { get; init; }

    /// <summary>The number of the file record.</summary>
    public ulong? Record { get; init; }

    /// <summary>Where the structure begins, in bytes from the start of the volume.</summary>
    public long? OffsetBytes { get; init; }

    /// <summary>What was seen, for people.</summary>
    public required string Observed { get; init; }
}
