namespace IscsiMount.FileSystems;

/// <summary>A name that is to become another.</summary>
public sealed record RenameRequest
{
    public required FileId FromDirectory { get; init; }

    public required ReadOnlyMemory<char> FromName { get; init; }

    public required FileId ToDirectory { get; init; }

    public required ReadOnlyMemory<char> ToName { get; init; }

    /// <summary>
    /// Whether a file that has the new name goes, or an empty directory where a directory is renamed. Otherwise it is
    /// in the way: <see cref="FsStatus.AlreadyExists"/>.
    /// </summary>
    public bool Replaces { get; init; }
}
