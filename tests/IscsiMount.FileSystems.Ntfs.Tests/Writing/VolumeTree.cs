using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>Calls of a volume that must succeed, and the lines of a tree as <see cref="ModelNode"/> has them.</summary>
internal static class VolumeTree
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<T> Must<T>(ValueTask<FsResult<T>> answer)
    {
        FsResult<T> result = await answer;
        return result.TryGet(out T? value) ? value : throw new InvalidOperationException($"{result.Status}");
    }

    public static Task<FileProperties> FindAsync(IFileSystem volume, FileId directory, string name) =>
        Must(volume.LookupAsync(directory, name.AsMemory(), NameComparison.Exact, Cancellation));

    public static async Task<List<string>> LinesAsync(IFileSystem volume, string? folder = null)
    {
        var lines = new List<string>();
        FileId root = folder is null ? volume.Root : (await FindAsync(volume, volume.Root, folder)).Id;
        await AddAsync(volume, root, "", lines);
        return lines;
    }

    public static async Task<byte[]> ReadAsync(IFileSystem volume, FileId file, string stream = "")
    {
        using IOpenFile open = await Must(volume.OpenAsync(file, stream.AsMemory(), Cancellation));
        byte[] content = new byte[open.SizeBytes];
        Assert.Equal(content.Length, await Must(open.ReadAsync(0, content, Cancellation)));
        return content;
    }

    public static async Task<List<DirectoryEntry>> ListAsync(IFileSystem volume, FileId directory)
    {
        using IDirectoryListing listing = await Must(new ValueTask<FsResult<IDirectoryListing>>(
            volume.OpenListing(directory)));
        var all = new List<DirectoryEntry>();
        ulong position = 0;
        while (true)
        {
            IReadOnlyList<DirectoryEntry> page =
                await Must(listing.ReadAsync(position, 500, ListingDetail.Properties, Cancellation));
            if (page.Count == 0)
            {
                return all;
            }

            all.AddRange(page);
            position = page[^1].NextPosition;
        }
    }

    private static async Task AddAsync(IFileSystem volume, FileId directory, string prefix, List<string> lines)
    {
        foreach (DirectoryEntry entry in (await ListAsync(volume, directory))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            bool isDirectory = entry.Kind == FileKind.Directory;
            var streams = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (StreamEntry stream in await Must(volume.ListStreamsAsync(entry.Id, Cancellation)))
            {
                streams.Add(stream.Name, await ReadAsync(volume, entry.Id, stream.Name));
            }

            byte[] content = isDirectory ? [] : await ReadAsync(volume, entry.Id);
            lines.Add(ModelNode.Line(prefix + entry.Name, isDirectory, content, streams));
            if (isDirectory)
            {
                await AddAsync(volume, entry.Id, prefix + entry.Name + "/", lines);
            }
        }
    }
}
