using IscsiMount.FileSystems.Ntfs.Caching;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

/// <summary>Gives the security descriptors that all files of the volume share, by their keys.</summary>
internal sealed class SecurityStore(FileStore files, IndexBlockStore blocks)
{
    private const string StreamName = "$SDS";
    private const string IndexName = "$SII";

    // LIMIT: a volume has some hundred descriptors of some hundred bytes.
    private const int CacheBytesMax = 4 * 1024 * 1024;

    private readonly ClockCache<uint, byte[]> _cache = new(CacheBytesMax);

    /// <summary>The descriptor of a key, or null if there is none. It belongs to the cache.</summary>
    public ValueTask<byte[]?> FindAsync(uint id, CancellationToken cancellationToken) =>
        _cache.TryGet(id, out byte[]? known) ? new(known) : ReadAsync(id, cancellationToken);

    private async ValueTask<byte[]?> ReadAsync(uint id, CancellationToken cancellationToken)
    {
        MftFile secure = await files.GetSystemFileAsync(SystemFile.Secure, cancellationToken);
        StreamMap? stream = files.FindStream(secure, AttributeType.Data, StreamName);
        IndexTree? tree = secure.Directory
            ?? IndexTree.Open(secure, IndexName, IndexKind.Numbers, blocks, files.Geometry);
        if (stream is null || tree is null)
        {
            return null;
        }

        secure.Directory = tree;
        if (await tree.FindAsync(new NumberSearch(id), cancellationToken) is not { } found)
        {
            return null;
        }

        var place = SecurityEntryHeader.Read(found.Node.Data(found.Index));
        byte[] entry = new byte[place.Size];
        await files.Reader.ReadAsync(stream, place.Offset, entry.Length, entry, cancellationToken);
        var header = SecurityEntryHeader.Read(entry);
        Medium.Holds(header == place, "$Secure:$SDS", "a descriptor is not where the index says");

        byte[] descriptor = entry[SecurityEntryHeader.Length..];
        return _cache.Add(id, descriptor, descriptor.Length + 64);
    }
}
