namespace IscsiMount.Contracts;

/// <summary>Something that has a path in a <see cref="ContractTree"/>. There are no other cases.</summary>
public abstract record ContractNode(string Path)
{
    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the directory that holds it; empty for the root.</summary>
    public string Parent => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    /// <summary>A directory. It stands before what is in it.</summary>
    public sealed record Folder(string Path) : ContractNode(Path);

    /// <summary>A file with its content.</summary>
    public sealed record Plain(string Path, ReadOnlyMemory<byte> Content) : ContractNode(Path);

    /// <summary>A symbolic link.</summary>
    public sealed record Link(string Path, string Target) : ContractNode(Path);

    /// <summary>One more name of a file that stands before it.</summary>
    public sealed record SecondName(string Path, string Of) : ContractNode(Path);

    /// <summary>A named stream of a file that stands before it.</summary>
    public sealed record NamedContent(string Path, string StreamName, ReadOnlyMemory<byte> Content)
        : ContractNode(Path);
}

/// <summary>A small tree with everything that the contract of a file system speaks of.</summary>
public static class ContractTree
{
    /// <summary>The directory with more entries than one page of any listing.</summary>
    public const string LargeFolder = "many";

    /// <summary>The file with content to read at odd places.</summary>
    public const string LargeFile = "files/large.bin";

    /// <summary>The file that has two names and two named streams.</summary>
    public const string RichFile = "files/rich.txt";

    /// <summary>The link to <see cref="RichFile"/>.</summary>
    public const string Link = "link";

    private const int LargeFolderCount = 3500;
    private const int LargeFileLength = 1_234_567;

    /// <summary>All nodes, parents first.</summary>
    public static IReadOnlyList<ContractNode> Nodes { get; } = [.. Make()];

    /// <summary>The names in a directory, whose path is empty for the root.</summary>
    public static IEnumerable<string> NamesIn(string folder) =>
        Nodes.Where(node => node is not ContractNode.NamedContent && node.Parent == folder).Select(node => node.Name);

    /// <summary>The content of a file.</summary>
    public static ReadOnlyMemory<byte> ContentOf(string path) =>
        Nodes.OfType<ContractNode.Plain>().Single(node => node.Path == path).Content;

    /// <summary>Makes the tree in a mounted folder.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="writeStream">Writes a named stream: the path of the file, the name, the content.</param>
    /// <param name="linkNames">Gives an existing file one more name: the file, the new name.</param>
    public static async Task WriteToAsync(
        string folder,
        Func<string, string, ReadOnlyMemory<byte>, Task> writeStream,
        Func<string, string, Task> linkNames)
    {
        ArgumentNullException.ThrowIfNull(writeStream);
        ArgumentNullException.ThrowIfNull(linkNames);
        foreach (ContractNode node in Nodes)
        {
            string path = System.IO.Path.Join(folder, node.Path);
            switch (node)
            {
                case ContractNode.Folder:
                    Directory.CreateDirectory(path);
                    break;
                case ContractNode.Plain file:
                    await File.WriteAllBytesAsync(path, file.Content);
                    break;
                case ContractNode.Link link:
                    File.CreateSymbolicLink(path, link.Target);
                    break;
                case ContractNode.SecondName second:
                    await linkNames(System.IO.Path.Join(folder, second.Of), path);
                    break;
                case ContractNode.NamedContent stream:
                    await writeStream(path, stream.StreamName, stream.Content);
                    break;
            }
        }
    }

    private static IEnumerable<ContractNode> Make()
    {
        yield return new ContractNode.Folder("files");
        yield return new ContractNode.Plain("files/empty", ReadOnlyMemory<byte>.Empty);
        yield return new ContractNode.Plain("files/small.txt", "A few bytes.\n"u8.ToArray());
        yield return new ContractNode.Plain("files/block", Bytes(4096, seed: 1));
        yield return new ContractNode.Plain(LargeFile, Bytes(LargeFileLength, seed: 2));
        yield return new ContractNode.Plain(RichFile, Bytes(20_000, seed: 3));
        yield return new ContractNode.NamedContent(RichFile, "summary", "In a stream."u8.ToArray());
        yield return new ContractNode.NamedContent(RichFile, "thumbnail", Bytes(30_000, seed: 4));
        yield return new ContractNode.SecondName("second-name", RichFile);
        yield return new ContractNode.Link(Link, RichFile);
        yield return new ContractNode.Folder("empty-folder");
        yield return new ContractNode.Folder("files/inner");
        yield return new ContractNode.Folder("files/inner/most");
        yield return new ContractNode.Plain("files/inner/most/Ünïcödé 日本 😀.txt", "names"u8.ToArray());
        yield return new ContractNode.Folder(LargeFolder);
        for (int i = 0; i < LargeFolderCount; i++)
        {
            yield return new ContractNode.Plain($"{LargeFolder}/Entry number {i}", ReadOnlyMemory<byte>.Empty);
        }
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
