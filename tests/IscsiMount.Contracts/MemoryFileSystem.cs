using System.Collections.Concurrent;
using IscsiMount.FileSystems;

namespace IscsiMount.Contracts;

/// <summary>
/// A file system for the tests of mounters: a tree in memory that a test builds, with gates that hold up or fail the
/// calls that the test names. The tree is built before it is used.
/// </summary>
public sealed class MemoryFileSystem : IFileSystem
{
    private const ulong RootNumber = 5;
    private const ulong FirstNumber = 64;

    private readonly Dictionary<FileId, MemoryFileSystemNode> _nodes = [];
    private readonly ConcurrentDictionary<MemoryFileSystemGate, bool> _gates = [];
    private readonly MemoryFileSystemGate _late = MemoryFileSystemGate.NewForLateAnswers();
    private int _openStreams;
    private int _openListings;
    private int _openCalls;

    public MemoryFileSystem()
    {
        RootNode = new MemoryFileSystemNode(new FileId(RootNumber, 5), FileKind.Directory, null);
        _nodes.Add(RootNode.Id, RootNode);
    }

    public VolumeDescription Description { get; } = new()
    {
        Format = "memory",
        Label = "test",
        SerialNumber = 0x1234_5678,
        ClusterSizeBytes = 4096,
        SizeBytes = 1L << 30,
        IsReadOnly = true,
        ReadOnlyReasons = [],
    };

    public MemoryFileSystemNode RootNode { get; }

    public FileId Root => RootNode.Id;

    /// <summary>Whether every call that can wait ends on another thread than it began on, as with a device.</summary>
    public bool AnswersLate { get; set; }

    public int OpenStreamCount => Volatile.Read(ref _openStreams);

    public int OpenListingCount => Volatile.Read(ref _openListings);

    /// <summary>How often a stream was opened.</summary>
    public int OpenCallCount => Volatile.Read(ref _openCalls);

    /// <summary>Adds a file at a path such as <c>folder/name</c>; directories on the way are made.</summary>
    public MemoryFileSystemNode AddFile(string path, byte[] content)
    {
        MemoryFileSystemNode file = Add(path, FileKind.File);
        file.Content = content;
        return file;
    }

    public MemoryFileSystemNode AddDirectory(string path) => Add(path, FileKind.Directory);

    public MemoryFileSystemNode AddLink(string path, LinkBase origin, string target)
    {
        MemoryFileSystemNode link = Add(path, FileKind.SymbolicLink);
        link.Target = new LinkTarget(origin, target);
        return link;
    }

    /// <summary>Adds a file of another kind.</summary>
    public MemoryFileSystemNode AddSpecial(string path, FileKind kind) => Add(path, kind);

    /// <summary>Adds to a directory under any name, also one with a slash in it.</summary>
    public MemoryFileSystemNode AddTo(MemoryFileSystemNode parent, string name, FileKind kind)
    {
        var id = new FileId(FirstNumber + (ulong)_nodes.Count, 1);
        var node = new MemoryFileSystemNode(id, kind, parent);
        _nodes.Add(id, node);
        parent.Children.Add(name, node);
        parent.Names.Add((name, node));
        return node;
    }

    /// <summary>What stands at a path.</summary>
    public MemoryFileSystemNode Find(string path)
        => path.Split('/').Aggregate(RootNode, (folder, name) => folder.Children[name]);

    /// <summary>Puts a gate in front of a kind of calls for one file.</summary>
    public MemoryFileSystemGate Hold(MemoryFileSystemCall call, FileId file, bool isDeaf = false)
    {
        var gate = new MemoryFileSystemGate(call, file) { IsDeaf = isDeaf };
        _gates.TryAdd(gate, true);
        return gate;
    }

    /// <summary>Takes a gate away. Who waits before it still waits.</summary>
    public void Remove(MemoryFileSystemGate gate) => _gates.TryRemove(gate, out _);

    public async ValueTask<FsResult<VolumeSpace>> GetSpaceAsync(CancellationToken cancellationToken)
    {
        if (FindGate(MemoryFileSystemCall.GetSpace, Root) is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        return new VolumeSpace(Description.SizeBytes, Description.SizeBytes / 4, 1 << 20, 1 << 19);
    }

    public async ValueTask<FsResult<FileProperties>> GetPropertiesAsync(
        FileId file, CancellationToken cancellationToken)
    {
        if (FindGate(MemoryFileSystemCall.GetProperties, file) is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        return Describe(_nodes[file]);
    }

    public async ValueTask<FsResult<FileProperties>> LookupAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken)
    {
        if (FindGate(MemoryFileSystemCall.Lookup, directory) is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        MemoryFileSystemNode parent = _nodes[directory];
        if (parent.Kind != FileKind.Directory)
        {
            return FsStatus.NotADirectory;
        }

        if (parent.ChildrenBySpan.TryGetValue(name.Span, out MemoryFileSystemNode? exact))
        {
            return Describe(exact);
        }

        return comparison == NameComparison.IgnoreCase && parent.FindIgnoringCase(name.ToString()) is { } other
            ? Describe(other)
            : FsStatus.NotFound;
    }

    public ValueTask<FsResult<FileId>> GetParentAsync(FileId directory, CancellationToken cancellationToken)
        => ValueTask.FromResult<FsResult<FileId>>(_nodes[directory].Parent.Id);

    public FsResult<IDirectoryListing> OpenListing(FileId directory)
    {
        MemoryFileSystemNode node = _nodes[directory];
        if (node.Kind != FileKind.Directory)
        {
            return FsStatus.NotADirectory;
        }

        Interlocked.Increment(ref _openListings);
        return FsResult.Of<IDirectoryListing>(new MemoryFileSystemListing(this, node));
    }

    public async ValueTask<FsResult<IOpenFile>> OpenAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _openCalls);
        if (FindGate(MemoryFileSystemCall.Open, file) is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        MemoryFileSystemNode node = _nodes[file];
        byte[]? content = streamName.IsEmpty ? node.Content : node.FindStream(streamName.ToString());
        if (node.OpenStatus != FsStatus.Ok || content is null)
        {
            return node.OpenStatus == FsStatus.Ok ? FsStatus.NoSuchAttribute : node.OpenStatus;
        }

        Interlocked.Increment(ref _openStreams);
        return FsResult.Of<IOpenFile>(new MemoryFileSystemStream(this, file, content));
    }

    public ValueTask<FsResult<IReadOnlyList<StreamEntry>>> ListStreamsAsync(
        FileId file, CancellationToken cancellationToken)
    {
        StreamEntry[] streams =
            [.. _nodes[file].Streams.Select(stream => new StreamEntry(stream.Key, stream.Value.Length, 0))];
        return ValueTask.FromResult(FsResult.Of<IReadOnlyList<StreamEntry>>(streams));
    }

    public ValueTask<FsResult<byte[]>> ReadMetadataAsync(
        FileId file, FileMetadata metadata, CancellationToken cancellationToken)
    {
        byte[]? raw = _nodes[file].Metadata.TryGetValue(metadata, out byte[]? found) ? found : null;
        return ValueTask.FromResult<FsResult<byte[]>>(raw is null ? FsStatus.NoSuchAttribute : raw);
    }

    public ValueTask<FsResult<LinkTarget>> ReadLinkAsync(FileId link, CancellationToken cancellationToken)
    {
        LinkTarget? target = _nodes[link].Target;
        return ValueTask.FromResult<FsResult<LinkTarget>>(target is null ? FsStatus.NoSuchAttribute : target);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal MemoryFileSystemGate? FindGate(MemoryFileSystemCall call, FileId file)
    {
        // Without gates this allocates nothing, so that a test can measure what the mounter allocates.
        foreach ((MemoryFileSystemGate gate, _) in _gates.IsEmpty ? [] : _gates.ToArray())
        {
            if (gate.Concerns(call, file))
            {
                return gate;
            }
        }

        return AnswersLate ? _late : null;
    }

    internal void StreamClosed() => Interlocked.Decrement(ref _openStreams);

    internal void ListingClosed() => Interlocked.Decrement(ref _openListings);

    private static FsResult<FileProperties> Describe(MemoryFileSystemNode node)
        => node.OpenStatus == FsStatus.DamagedFile ? FsStatus.DamagedFile : node.Properties;

    private MemoryFileSystemNode Add(string path, FileKind kind)
    {
        string[] names = path.Split('/');
        MemoryFileSystemNode parent = RootNode;
        foreach (string name in names[..^1])
        {
            parent = parent.Children.TryGetValue(name, out MemoryFileSystemNode? folder)
                ? folder
                : AddTo(parent, name, FileKind.Directory);
        }

        return AddTo(parent, names[^1], kind);
    }
}
