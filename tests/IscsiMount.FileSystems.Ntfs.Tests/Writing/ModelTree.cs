namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>A file or directory of the model. A file with several names is one node.</summary>
internal sealed class ModelNode(bool isDirectory)
{
    public bool IsDirectory { get; } = isDirectory;

    public SortedDictionary<string, ModelNode> Children { get; } = new(StringComparer.Ordinal);

    public byte[] Content { get; set; } = [];

    public SortedDictionary<string, byte[]> Streams { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes into a stream as the volume is to do.</summary>
    public static byte[] Write(byte[] content, int offset, byte[] source)
    {
        byte[] next = new byte[Math.Max(content.Length, offset + source.Length)];
        content.CopyTo(next, 0);
        source.CopyTo(next, offset);
        return next;
    }

    public static byte[] Resize(byte[] content, int size)
    {
        byte[] next = [.. content];
        Array.Resize(ref next, size);
        return next;
    }

    /// <summary>Every path below this node with all that can be seen of it, as text.</summary>
    public IEnumerable<string> Lines(string prefix = "")
    {
        foreach ((string name, ModelNode node) in Children)
        {
            yield return Line(prefix + name, node.IsDirectory, node.Content, node.Streams);
            foreach (string line in node.Lines(prefix + name + "/"))
            {
                yield return line;
            }
        }
    }

    public static string Line(
        string path, bool isDirectory, byte[] content, IEnumerable<KeyValuePair<string, byte[]>> streams)
    {
        IEnumerable<string> extra = streams.Select(stream => $" :{stream.Key}={Digest(stream.Value)}");
        return isDirectory ? $"{path}/{string.Concat(extra)}" : $"{path} {Digest(content)}{string.Concat(extra)}";
    }

    /// <summary>A copy that later changes do not touch.</summary>
    public ModelNode Copy() => Copy([]);

    private ModelNode Copy(Dictionary<ModelNode, ModelNode> known)
    {
        if (known.TryGetValue(this, out ModelNode? copy))
        {
            return copy;
        }

        copy = new ModelNode(IsDirectory) { Content = Content };
        known.Add(this, copy);
        foreach ((string name, ModelNode node) in Children)
        {
            copy.Children.Add(name, node.Copy(known));
        }

        foreach ((string name, byte[] content) in Streams)
        {
            copy.Streams.Add(name, content);
        }

        return copy;
    }

    private static string Digest(byte[] content) =>
        $"{content.Length}:{IscsiMount.Primitives.Crc32C.Compute(content):X8}";
}
