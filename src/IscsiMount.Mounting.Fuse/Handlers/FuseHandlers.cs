using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Native;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>All that answers the requests of one mount, and what the answers share.</summary>
internal sealed class FuseHandlers : IDisposable
{
    private readonly BufferPool _buffers = new();
    private readonly OpenStreams _streams;

    public FuseHandlers(MountRequest request, IFileSystem fileSystem, FuseOptions options, ILogger logger)
    {
        _streams = new OpenStreams(fileSystem);
        var inodes = new InodeTable(fileSystem.Root);
        var entries = new EntryWriter(inodes, _streams, new StatusWriter(request), options.CacheTimeout);
        Files = new FileHandlers(request, fileSystem, inodes, entries);
        Content = new ContentHandlers(inodes, _streams, _buffers);
        Directories = new DirectoryHandlers(fileSystem, inodes, entries, _buffers, logger);
        Xattrs = new XattrHandlers(fileSystem, inodes);
    }

    public FileHandlers Files { get; }

    public ContentHandlers Content { get; }

    public DirectoryHandlers Directories { get; }

    public XattrHandlers Xattrs { get; }

    /// <summary>Frees what the kernel held. No request is under way.</summary>
    public void Dispose()
    {
        Directories.Dispose();
        _streams.Dispose();
        _buffers.Dispose();
    }
}
