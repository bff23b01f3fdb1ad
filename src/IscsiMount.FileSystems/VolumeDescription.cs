namespace IscsiMount.FileSystems;

/// <summary>What a volume says of itself. It does not change while the volume is open read-only.</summary>
public sealed record VolumeDescription
{
    /// <summary>The format as a user knows it, such as <c>NTFS 3.1</c>.</summary>
    public required string Format { get; init; }

    public required string Label { get; init; }

    public required ulong SerialNumber { get; init; }

    public required int ClusterSizeBytes { get; init; }

    public required long SizeBytes { get; init; }

    public required bool IsReadOnly { get; init; }

    /// <summary>
    /// Why the volume is open read-only although it was asked for read-write, or what would forbid writing. Empty if
    /// nothing does.
    /// </summary>
    public required IReadOnlyList<ReadOnlyReason> ReadOnlyReasons { get; init; }
}

/// <summary>A reason against writing. The code is a promise (kebab-case); the sentences are for people.</summary>
public sealed record ReadOnlyReason(string Code, string What, string Cure);

/// <summary>How full a volume is.</summary>
public readonly record struct VolumeSpace(long SizeBytes, long FreeBytes, ulong FileCountMax, ulong FileCountFree);
