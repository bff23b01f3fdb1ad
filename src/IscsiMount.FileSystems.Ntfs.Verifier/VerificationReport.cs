namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>What a verification found out.</summary>
public sealed record VerificationReport
{
    public required VerificationMode Mode { get; init; }

    /// <summary>The findings in the order in which they were made, up to the limit of the options.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>All findings, also those that were not kept.</summary>
    public required long FindingCount { get; init; }

    /// <summary>What the mode forgives: leaks and half-known names after a crash. It counts as no finding.</summary>
    public required long ForgivenCount { get; init; }

    /// <summary>Whether the volume could be read to its end. If not, the findings say what stood in the way.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>File records in use.</summary>
    public required long RecordsInUse { get; init; }

    public required long Directories { get; init; }

    /// <summary>Entries of all directories.</summary>
    public required long IndexEntries { get; init; }

    /// <summary>Bytes of all clusters that belong to a stream.</summary>
    public required long BytesInUse { get; init; }

    /// <summary>Whether nothing at all was found.</summary>
    public bool IsSound => FindingCount == 0 && IsComplete;
}
