using System.Globalization;
using System.Security.Cryptography;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

/// <summary>Reads a whole tree: through the kernel, as others show it, and through our engine.</summary>
internal static class TreeReader
{
    private const long UnixEpoch = 116_444_736_000_000_000;
    private const string Fields = @"%P\0%y\0%s\0%n\0%T@\0%C@\0%A@\0%l\0";
    private const int FieldCount = 8;

    /// <summary>The tree below a mounted folder.</summary>
    public static async Task<List<TreeEntry>> ReadMountedAsync(string folder)
    {
        string list = await ForeignTool.SucceedAsync("find", folder, "-mindepth", "1", "-printf", Fields);
        string[] fields = list.Split('\0');
        var entries = new List<TreeEntry>();
        for (int i = 0; i + FieldCount <= fields.Length; i += FieldCount)
        {
            string path = fields[i].TrimStart('\n');
            FileKind kind = KindOf(fields[i + 1]);
            entries.Add(new TreeEntry
            {
                Path = path,
                Kind = kind,
                SizeBytes = HasSize(kind) ? long.Parse(fields[i + 2], CultureInfo.InvariantCulture) : 0,
                LinkCount = kind == FileKind.Directory ? 1 : uint.Parse(fields[i + 3], CultureInfo.InvariantCulture),
                Times = $"{Ticks(fields[i + 4])} {Ticks(fields[i + 5])} {Ticks(fields[i + 6])}",
                Content = await ContentAsync(System.IO.Path.Join(folder, path), kind, fields[i + 7]),
            });
        }

        return Sorted(entries);
    }

    /// <summary>The tree of an open volume.</summary>
    public static async Task<List<TreeEntry>> ReadVolumeAsync(IFileSystem volume)
    {
        var entries = new List<TreeEntry>();
        var directories = new Queue<(FileId Id, string Path)>([(volume.Root, "")]);
        while (directories.TryDequeue(out (FileId Id, string Path) directory))
        {
            foreach (DirectoryEntry entry in await ListAsync(volume, directory.Id))
            {
                string path = directory.Path + entry.Name;
                entries.Add(await DescribeAsync(volume, path, entry));
                if (entry.Kind == FileKind.Directory)
                {
                    directories.Enqueue((entry.Id, path + "/"));
                }
            }
        }

        return Sorted(entries);
    }

    /// <summary>All entries of a directory, in pages.</summary>
    public static async Task<List<DirectoryEntry>> ListAsync(
        IFileSystem volume, FileId directory, int page = 500, ListingDetail detail = ListingDetail.Properties)
    {
        Assert.True(volume.OpenListing(directory).TryGet(out IDirectoryListing? listing));
        using (listing)
        {
            var entries = new List<DirectoryEntry>();
            ulong position = 0;
            while (true)
            {
                FsResult<IReadOnlyList<DirectoryEntry>> read =
                    await listing.ReadAsync(position, page, detail, TestContext.Current.CancellationToken);
                Assert.Equal(FsStatus.Ok, read.Status);
                Assert.True(read.TryGet(out IReadOnlyList<DirectoryEntry>? some));
                if (some.Count == 0)
                {
                    return entries;
                }

                entries.AddRange(some);
                position = some[^1].NextPosition;
            }
        }
    }

    /// <summary>The whole content of a stream, read in pieces of a size.</summary>
    public static async Task<byte[]> ReadAllAsync(
        IFileSystem volume, FileId file, string stream = "", int pieceSize = 128 * 1024)
    {
        FsResult<IOpenFile> opened =
            await volume.OpenAsync(file, stream.AsMemory(), TestContext.Current.CancellationToken);
        Assert.Equal(FsStatus.Ok, opened.Status);
        Assert.True(opened.TryGet(out IOpenFile? open));
        using (open)
        {
            byte[] content = new byte[open.SizeBytes];
            for (int at = 0; at < content.Length;)
            {
                int length = Math.Min(pieceSize, content.Length - at);
                FsResult<int> read = await open.ReadAsync(
                    at, content.AsMemory(at, length), TestContext.Current.CancellationToken);
                Assert.True(read.TryGet(out int count) && count == length, $"{read.Status} at {at}");
                at += count;
            }

            return content;
        }
    }

    private static async Task<TreeEntry> DescribeAsync(IFileSystem volume, string path, DirectoryEntry entry)
    {
        Assert.True(entry.Properties is not null, $"{path} has no properties");
        FileProperties properties = entry.Properties.Value;
        return new TreeEntry
        {
            Path = path,
            Kind = properties.Kind,
            SizeBytes = HasSize(properties.Kind) ? properties.SizeBytes : 0,
            LinkCount = properties.LinkCount,
            Times = $"{properties.ModifiedAt} {properties.ChangedAt} {properties.AccessedAt}",
            Content = properties.Kind switch
            {
                FileKind.File => Hash(await ReadAllAsync(volume, entry.Id)),
                FileKind.SymbolicLink => await TargetAsync(volume, entry.Id),
                _ => "",
            },
        };
    }

    private static async Task<string> TargetAsync(IFileSystem volume, FileId link)
    {
        FsResult<LinkTarget> read = await volume.ReadLinkAsync(link, TestContext.Current.CancellationToken);
        Assert.True(read.TryGet(out LinkTarget? target), $"{read.Status}");
        return target.Path;
    }

    private static async Task<string> ContentAsync(string path, FileKind kind, string target) => kind switch
    {
        FileKind.File => Hash(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)),
        FileKind.SymbolicLink => target,
        _ => "",
    };

    private static bool HasSize(FileKind kind) => kind is FileKind.File or FileKind.SymbolicLink;

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content));

    private static List<TreeEntry> Sorted(List<TreeEntry> entries) =>
        [.. entries.OrderBy(entry => entry.Path, StringComparer.Ordinal)];

    private static FileKind KindOf(string letter) => letter switch
    {
        "f" => FileKind.File,
        "d" => FileKind.Directory,
        "l" => FileKind.SymbolicLink,
        "p" => FileKind.Fifo,
        "s" => FileKind.Socket,
        "c" => FileKind.CharacterDevice,
        "b" => FileKind.BlockDevice,
        _ => throw new ArgumentException(letter),
    };

    /// <summary>Seconds with a fraction of ten digits, as find prints them.</summary>
    private static long Ticks(string seconds)
    {
        string[] parts = seconds.Split('.');
        long fraction = long.Parse(parts[1][..7], CultureInfo.InvariantCulture);
        return (long.Parse(parts[0], CultureInfo.InvariantCulture) * 10_000_000) + fraction + UnixEpoch;
    }
}
