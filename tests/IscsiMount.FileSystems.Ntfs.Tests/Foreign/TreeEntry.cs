namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

/// <summary>What is compared of each path of a volume. The text forms make a difference readable.</summary>
internal sealed record TreeEntry
{
    public required string Path { get; init; }

    public required FileKind Kind { get; init; }

    public required long SizeBytes { get; init; }

    public required uint LinkCount { get; init; }

    /// <summary>Modified, changed and accessed, in 100 ns since 1601.</summary>
    public required string Times { get; init; }

    /// <summary>SHA-256 of the main stream, or the target of a link.</summary>
    public required string Content { get; init; }
}
