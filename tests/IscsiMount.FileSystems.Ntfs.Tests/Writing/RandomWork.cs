using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>
/// Does the same random operations to a volume and to a model, and holds the answers against each other. A run is a
/// function of its seed.
/// </summary>
internal sealed class RandomWork(int seed, ModelNode root)
{
    private const int SizeMax = 200_000;
    private readonly Random _random = new(seed);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ModelNode Root { get; } = root;

    /// <summary>Operations that the volume refused for want of room; the model then has not done them either.</summary>
    public int RefusedCount { get; private set; }

    public int DoneCount { get; private set; }

    /// <summary>How long names are, which decides how early indexes split.</summary>
    public int NameLengthMax { get; init; } = 60;

    public int NameCount { get; init; } = 40;

    /// <summary>The directory that the root of the model stands for; the root of the volume if none is given.</summary>
    public FileId? Home { get; init; }

    /// <summary>Whether the work makes itself durable now and then.</summary>
    public bool Flushes { get; init; } = true;

    public async Task RunAsync(IWritableFileSystem volume, int count)
    {
        for (int i = 0; i < count; i++)
        {
            FsStatus status = await StepAsync(volume);
            Assert.True(
                status is FsStatus.Ok or FsStatus.NoSpace, $"seed {seed}, operation {i}: unexpected {status}");
            RefusedCount += status == FsStatus.Ok ? 0 : 1;
            DoneCount += status == FsStatus.Ok ? 1 : 0;
        }
    }

    private Task<FsStatus> StepAsync(IWritableFileSystem volume) => _random.Next(100) switch
    {
        < 28 => CreateAsync(volume, isDirectory: false),
        < 34 => CreateAsync(volume, isDirectory: true),
        < 55 => WriteAsync(volume),
        < 63 => ResizeAsync(volume),
        < 77 => RemoveAsync(volume),
        < 89 => RenameAsync(volume),
        < 93 => LinkAsync(volume),
        < 96 => WriteStreamAsync(volume),
        < 97 => RemoveStreamAsync(volume),
        < 99 => DescribeAsync(volume),
        _ => Flushes ? FlushAsync(volume) : Task.FromResult(FsStatus.Ok),
    };

    private async Task<FsStatus> CreateAsync(IWritableFileSystem volume, bool isDirectory)
    {
        (ModelNode parent, FileId id) = await PickDirectoryAsync(volume);
        string name = NewName();
        FsResult<FileProperties> made = await volume.CreateAsync(
            id, name.AsMemory(), isDirectory ? FileKind.Directory : FileKind.File, Cancellation);
        if (parent.Children.ContainsKey(name))
        {
            return Expect(FsStatus.AlreadyExists, made.Status);
        }

        if (made.Status == FsStatus.Ok)
        {
            parent.Children.Add(name, new ModelNode(isDirectory));
        }

        return made.Status;
    }

    private async Task<FsStatus> WriteAsync(IWritableFileSystem volume)
    {
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        int length = file.Node.Content.Length;
        int offset = _random.Next(3) == 0 ? length : _random.Next(Math.Max(1, length * 2));
        byte[] source = Bytes();
        if (offset + source.Length > SizeMax)
        {
            return FsStatus.Ok;
        }

        using IWritableFile open = await OpenAsync(volume, file.Id);
        FsStatus status = await open.WriteAsync(offset, source, Cancellation);
        if (status == FsStatus.Ok)
        {
            file.Node.Content = ModelNode.Write(file.Node.Content, offset, source);
            Assert.Equal(file.Node.Content.Length, open.SizeBytes);
        }

        return status;
    }

    private async Task<FsStatus> ResizeAsync(IWritableFileSystem volume)
    {
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        int size = _random.Next(4) == 0 ? 0 : _random.Next(SizeMax / 4);
        using IWritableFile open = await OpenAsync(volume, file.Id);
        FsStatus status = await open.SetSizeAsync(size, Cancellation);
        if (status == FsStatus.Ok)
        {
            file.Node.Content = ModelNode.Resize(file.Node.Content, size);
        }

        return status;
    }

    private async Task<FsStatus> RemoveAsync(IWritableFileSystem volume)
    {
        (ModelNode parent, FileId id) = await PickDirectoryAsync(volume);
        if (PickName(parent) is not { } name)
        {
            return Expect(
                FsStatus.NotFound,
                await volume.RemoveAsync(id, "nothing".AsMemory(), FileKind.File, Cancellation));
        }

        ModelNode node = parent.Children[name];
        FsStatus status = await volume.RemoveAsync(
            id, name.AsMemory(), node.IsDirectory ? FileKind.Directory : FileKind.File, Cancellation);
        if (node.Children.Count > 0)
        {
            return Expect(FsStatus.DirectoryNotEmpty, status);
        }

        if (status == FsStatus.Ok)
        {
            parent.Children.Remove(name);
        }

        return status;
    }

    private async Task<FsStatus> RenameAsync(IWritableFileSystem volume)
    {
        (ModelNode from, FileId fromId) = await PickDirectoryAsync(volume);
        (ModelNode to, FileId toId) = await PickDirectoryAsync(volume);
        if (PickName(from) is not { } name)
        {
            return FsStatus.Ok;
        }

        ModelNode node = from.Children[name];
        string next = _random.Next(5) switch
        {
            0 when to.Children.Count > 0 => PickName(to)!,
            1 => name.ToUpperInvariant(),
            _ => NewName(),
        };
        FsStatus status = await volume.RenameAsync(
            new RenameRequest
            {
                FromDirectory = fromId,
                FromName = name.AsMemory(),
                ToDirectory = toId,
                ToName = next.AsMemory(),
                Replaces = true,
            },
            Cancellation);
        ModelNode? target = to.Children.GetValueOrDefault(next);
        FsStatus expected = ExpectRename(node, to, target);
        if (expected != FsStatus.Ok)
        {
            return Expect(expected, status);
        }

        if (status == FsStatus.Ok && target != node)
        {
            from.Children.Remove(name);
            to.Children[next] = node;
        }

        return status;
    }

    private FsStatus ExpectRename(ModelNode node, ModelNode to, ModelNode? target)
    {
        if (node.IsDirectory && Contains(node, to))
        {
            return FsStatus.InvalidArgument;
        }

        if (target is null || target == node)
        {
            return FsStatus.Ok;
        }

        if (target.IsDirectory != node.IsDirectory)
        {
            return target.IsDirectory ? FsStatus.IsADirectory : FsStatus.NotADirectory;
        }

        return target.Children.Count > 0 ? FsStatus.DirectoryNotEmpty : FsStatus.Ok;
    }

    private static bool Contains(ModelNode node, ModelNode wanted) =>
        node == wanted || node.Children.Values.Any(child => Contains(child, wanted));

    private async Task<FsStatus> LinkAsync(IWritableFileSystem volume)
    {
        (ModelNode to, FileId toId) = await PickDirectoryAsync(volume);
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        string name = NewName();
        FsStatus status = await volume.LinkAsync(file.Id, toId, name.AsMemory(), Cancellation);
        if (to.Children.ContainsKey(name))
        {
            return Expect(FsStatus.AlreadyExists, status);
        }

        if (status == FsStatus.Ok)
        {
            to.Children.Add(name, file.Node);
        }

        return status;
    }

    private async Task<FsStatus> WriteStreamAsync(IWritableFileSystem volume)
    {
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        string name = $"s{_random.Next(3)}";
        FsResult<IWritableFile> opened =
            await volume.OpenForWritingAsync(file.Id, name.AsMemory(), isCreated: true, Cancellation);
        if (!opened.TryGet(out IWritableFile? open))
        {
            return opened.Status;
        }

        using (open)
        {
            file.Node.Streams.TryAdd(name, []);
            byte[] source = Bytes();
            FsStatus status = await open.WriteAsync(0, source, Cancellation);
            if (status == FsStatus.Ok)
            {
                file.Node.Streams[name] = ModelNode.Write(file.Node.Streams[name], 0, source);
            }

            return status;
        }
    }

    private async Task<FsStatus> RemoveStreamAsync(IWritableFileSystem volume)
    {
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        string name = $"s{_random.Next(3)}";
        FsStatus status = await volume.RemoveStreamAsync(file.Id, name.AsMemory(), Cancellation);
        return file.Node.Streams.Remove(name) ? status : Expect(FsStatus.NoSuchAttribute, status);
    }

    private async Task<FsStatus> DescribeAsync(IWritableFileSystem volume)
    {
        if (await PickFileAsync(volume) is not { } file)
        {
            return FsStatus.Ok;
        }

        var change = new PropertyChange { ModifiedAt = 130_000_000_000_000_000 + _random.Next(), DosAttributes = 0x21 };
        FsStatus status = await volume.ChangePropertiesAsync(file.Id, change, Cancellation);
        FileProperties found = await VolumeTree.Must(volume.GetPropertiesAsync(file.Id, Cancellation));
        Assert.Equal((change.ModifiedAt, 0x21u), (found.ModifiedAt, found.DosAttributes));
        return status;
    }

    private static async Task<FsStatus> FlushAsync(IWritableFileSystem volume)
    {
        await volume.FlushAsync(Cancellation);
        return FsStatus.Ok;
    }

    private static FsStatus Expect(FsStatus expected, FsStatus found)
    {
        Assert.True(found == expected || found == FsStatus.NoSpace, $"expected {expected}, found {found}");
        return found == expected ? FsStatus.Ok : found;
    }

    private static async Task<IWritableFile> OpenAsync(IWritableFileSystem volume, FileId file) =>
        await VolumeTree.Must(volume.OpenForWritingAsync(file, default, false, Cancellation));

    private async Task<(ModelNode Node, FileId Id)> PickDirectoryAsync(IFileSystem volume)
    {
        ModelNode at = Root;
        FileId id = Home ?? volume.Root;
        while (_random.Next(3) == 0)
        {
            string[] below = [.. at.Children.Where(child => child.Value.IsDirectory).Select(child => child.Key)];
            if (below.Length == 0)
            {
                break;
            }

            string name = below[_random.Next(below.Length)];
            at = at.Children[name];
            id = (await VolumeTree.FindAsync(volume, id, name)).Id;
        }

        return (at, id);
    }

    private async Task<(ModelNode Node, FileId Id)?> PickFileAsync(IFileSystem volume)
    {
        (ModelNode at, FileId id) = await PickDirectoryAsync(volume);
        string[] files = [.. at.Children.Where(child => !child.Value.IsDirectory).Select(child => child.Key)];
        if (files.Length == 0)
        {
            return null;
        }

        string name = files[_random.Next(files.Length)];
        return (at.Children[name], (await VolumeTree.FindAsync(volume, id, name)).Id);
    }

    private string? PickName(ModelNode directory) =>
        directory.Children.Count == 0
            ? null
            : directory.Children.Keys.ElementAt(_random.Next(directory.Children.Count));

    private string NewName()
    {
        // The same number always has the same name, so names meet each other.
        int number = _random.Next(NameCount);
        return $"{(char)('a' + (number % 23))}{number}".PadRight(1 + (number * 37 % NameLengthMax), 'x');
    }

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(4) == 0 ? _random.Next(50_000) : 1 + _random.Next(900)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
