namespace IscsiMount.FileSystems;

/// <summary>What is to change in the description of a file; null is left as it is.</summary>
public sealed record PropertyChange
{
    /// <summary>The bits that a user may set: read-only 1, hidden 2, system 4, archive 32 and the like.</summary>
    public uint? DosAttributes { get; init; }

    /// <summary>In 100 ns since 1601-01-01 UTC, as all four times.</summary>
    public long? CreatedAt { get; init; }

    public long? ModifiedAt { get; init; }

    public long? ChangedAt { get; init; }

    public long? AccessedAt { get; init; }
}
