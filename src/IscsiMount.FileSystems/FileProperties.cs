namespace IscsiMount.FileSystems;

/// <summary>What a name stands for.</summary>
public enum FileKind
{
    File,
    Directory,

    /// <summary>A link whose target <see cref="IFileSystem.ReadLinkAsync"/> tells.</summary>
    SymbolicLink,

    /// <summary>A special file of a POSIX system: it has a name and no content.</summary>
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
}

/// <summary>The attributes of a file as a whole, as they are on the medium now.</summary>
public readonly record struct FileProperties
{
    public required FileId Id { get; init; }

    public required FileKind Kind { get; init; }

    /// <summary>
    /// Length of the main stream in bytes; 0 for a directory. For a link, the length of its target's path in UTF-8.
    /// </summary>
    public required long SizeBytes { get; init; }

    /// <summary>Bytes that the main stream takes on the medium; holes and saved clusters are not counted.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Names of this file that listings show.</summary>
    public required uint LinkCount { get; init; }

    /// <summary>The attribute bits in the sense of Windows (read-only 1, hidden 2, system 4, …).</summary>
    public required uint DosAttributes { get; init; }

    /// <summary>In 100 ns since 1601-01-01 UTC, as all four times.</summary>
    public required long CreatedAt { get; init; }

    public required long ModifiedAt { get; init; }

    /// <summary>When the file's description changed, its content or not.</summary>
    public required long ChangedAt { get; init; }

    public required long AccessedAt { get; init; }
}
