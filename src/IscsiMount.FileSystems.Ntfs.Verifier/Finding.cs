namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>One rule that the volume breaks, and where.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    /// <summary>The number of the file record that it concerns, or nothing if it is a matter of the volume.</summary>
    public ulong? Record { get; init; }

    /// <summary>Where the structure begins on the volume, in bytes; nothing if it has no place.</summary>
    public long? OffsetBytes { get; init; }

    /// <summary>What was seen, in words for people.</summary>
    public required string Observed { get; init; }

    public override string ToString()
    {
        string record = Record is { } number ? $" record {number}" : "";
        string place = OffsetBytes is { } offset ? $" at byte {offset}" : "";
        return $"{Kind}{record}{place}: {Observed}";
    }
}
