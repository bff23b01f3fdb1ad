using IscsiMount.FileSystems;

namespace IscsiMount.Contracts;

/// <summary>A file, directory or link of a <see cref="MemoryFileSystem"/>, as a test sets it up.</summary>
public sealed class MemoryFileSystemNode
{
    internal MemoryFileSystemNode(FileId id, FileKind kind, MemoryFileSystemNode? parent)
    {
        Id = id;
        Kind = kind;
        Parent = parent ?? this;
        ChildrenBySpan = Children.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public FileId Id { get; }

    public FileKind Kind { get; }

    /// <summary>The directory that holds it; the root holds itself.</summary>
    public MemoryFileSystemNode Parent { get; }

    public byte[] Content { get; set; } = [];

    public IDictionary<string, byte[]> Streams { get; } = new Dictionary<string, byte[]>();

    public IDictionary<FileMetadata, byte[]> Metadata { get; } = new Dictionary<FileMetadata, byte[]>();

    public LinkTarget? Target { get; set; }

    /// <summary>Why the file cannot be opened, if it cannot.</summary>
    public FsStatus OpenStatus { get; set; }

    public uint DosAttributes { get; set; } = 0x20;

    public uint LinkCount { get; set; } = 1;

    public long CreatedAt { get; set; } = new DateTime(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc).ToFileTimeUtc();

    public long ModifiedAt { get; set; } = new DateTime(2022, 4, 5, 6, 7, 8, DateTimeKind.Utc).ToFileTimeUtc();

    public long ChangedAt { get; set; } = new DateTime(2023, 5, 6, 7, 8, 9, DateTimeKind.Utc).ToFileTimeUtc();

    public long AccessedAt { get; set; } = new DateTime(2024, 6, 7, 8, 9, 10, DateTimeKind.Utc).ToFileTimeUtc();

    internal Dictionary<string, MemoryFileSystemNode> Children { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, MemoryFileSystemNode>.AlternateLookup<ReadOnlySpan<char>> ChildrenBySpan { get; }

    /// <summary>The names in the order in which listings show them.</summary>
    internal List<(string Name, MemoryFileSystemNode Node)> Names { get; } = [];

    internal MemoryFileSystemNode? FindIgnoringCase(string name)
        => Names.Find(child => child.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Node;

    internal byte[]? FindStream(string name) => Streams.TryGetValue(name, out byte[]? content) ? content : null;

    internal FileProperties Properties => new()
    {
        Id = Id,
        Kind = Kind,
        SizeBytes = Content.Length,
        AllocatedBytes = (Content.Length + 4095L) / 4096 * 4096,
        LinkCount = LinkCount,
        DosAttributes = DosAttributes,
        CreatedAt = CreatedAt,
        ModifiedAt = ModifiedAt,
        ChangedAt = ChangedAt,
        AccessedAt = AccessedAt,
    };
}
