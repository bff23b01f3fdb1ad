using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>
/// What every <see cref="IFileSystem"/> does that is open for reading. An implementation derives from this class and
/// says how a volume with the <see cref="ContractTree"/> comes to be.
/// </summary>
public abstract class FileSystemContract
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// Opens a volume that holds just the <see cref="ContractTree"/>. Disposing of it ends everything.
    /// </summary>
    protected abstract Task<IFileSystem> OpenVolumeAsync();

    [Fact]
    public async Task Every_path_is_found_with_its_kind_and_size()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        foreach (ContractNode node in ContractTree.Nodes.Where(node => node is not ContractNode.NamedContent))
        {
            FileProperties found = await FindAsync(volume, node.Path);
            (FileKind kind, long size) = node switch
            {
                ContractNode.Folder => (FileKind.Directory, 0L),
                ContractNode.Plain file => (FileKind.File, file.Content.Length),
                ContractNode.SecondName second => (FileKind.File, ContractTree.ContentOf(second.Of).Length),
                _ => (FileKind.SymbolicLink, found.SizeBytes),
            };
            Assert.Equal((node.Path, kind, size), (node.Path, found.Kind, found.SizeBytes));
        }
    }

    [Fact]
    public async Task A_file_is_the_same_by_each_of_its_names()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        FileProperties first = await FindAsync(volume, ContractTree.RichFile);
        FileProperties second = await FindAsync(volume, "second-name");

        Assert.Equal(first, second);
        Assert.Equal(2u, first.LinkCount);
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_not_found_however_often()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(FsStatus.NotFound, (await LookupAsync(volume, volume.Root, "no such name")).Status);
        }
    }

    [Fact]
    public async Task Names_that_no_file_can_have_are_refused()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        Assert.Equal(FsStatus.NameTooLong, (await LookupAsync(volume, volume.Root, new string('x', 256))).Status);
        Assert.Equal(FsStatus.NotFound, (await LookupAsync(volume, volume.Root, new string('x', 255))).Status);
    }

    [Fact]
    public async Task A_name_below_a_file_is_no_question()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileProperties file = await FindAsync(volume, ContractTree.LargeFile);

        Assert.Equal(FsStatus.NotADirectory, (await LookupAsync(volume, file.Id, "anything")).Status);
    }

    [Fact]
    public async Task The_case_of_a_name_matters_only_if_the_caller_says_so()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileProperties folder = await FindAsync(volume, "files");
        FsResult<FileProperties> exact = await LookupAsync(volume, folder.Id, "SMALL.TXT");
        FsResult<FileProperties> ignoring = await volume.LookupAsync(
            folder.Id, "SMALL.TXT".AsMemory(), NameComparison.IgnoreCase, Cancellation);

        Assert.Equal(FsStatus.NotFound, exact.Status);
        Assert.True(ignoring.TryGet(out FileProperties found));
        Assert.Equal(await FindAsync(volume, "files/small.txt"), found);
    }

    [Fact]
    public async Task A_reference_of_another_generation_is_stale()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId id = (await FindAsync(volume, ContractTree.LargeFile)).Id;
        FileId stale = id with { Generation = unchecked(id.Generation + 1) };

        Assert.Equal(FsStatus.StaleReference, (await volume.GetPropertiesAsync(stale, Cancellation)).Status);
        Assert.Equal(FsStatus.StaleReference, (await volume.OpenAsync(stale, default, Cancellation)).Status);
    }

    [Fact]
    public async Task Properties_are_the_same_by_name_and_by_reference()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileProperties byName = await FindAsync(volume, ContractTree.RichFile);

        FsResult<FileProperties> byReference = await volume.GetPropertiesAsync(byName.Id, Cancellation);

        Assert.True(byReference.TryGet(out FileProperties found));
        Assert.Equal(byName, found);
    }

    [Fact]
    public async Task A_directory_knows_its_parent_and_the_root_is_its_own()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileProperties inner = await FindAsync(volume, "files/inner");
        FileProperties files = await FindAsync(volume, "files");

        Assert.Equal(files.Id, await ParentAsync(inner.Id));
        Assert.Equal(volume.Root, await ParentAsync(files.Id));
        Assert.Equal(volume.Root, await ParentAsync(volume.Root));

        async Task<FileId> ParentAsync(FileId directory)
        {
            FsResult<FileId> parent = await volume.GetParentAsync(directory, Cancellation);
            return parent.TryGet(out FileId id) ? id : throw new InvalidOperationException($"{parent.Status}");
        }
    }

    [Fact]
    public async Task Streams_are_listed_and_read_by_name()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId file = (await FindAsync(volume, ContractTree.RichFile)).Id;
        FsResult<IReadOnlyList<StreamEntry>> listed = await volume.ListStreamsAsync(file, Cancellation);
        ContractNode.NamedContent[] expected = [.. ContractTree.Nodes.OfType<ContractNode.NamedContent>()];

        Assert.True(listed.TryGet(out IReadOnlyList<StreamEntry>? streams));
        Assert.Equal(
            expected.Select(stream => (stream.StreamName, (long)stream.Content.Length)).Order(),
            streams.Select(stream => (stream.Name, stream.SizeBytes)).Order());
        foreach (ContractNode.NamedContent stream in expected)
        {
            using IOpenFile open = await OpenAsync(volume, file, stream.StreamName);
            byte[] content = new byte[stream.Content.Length + 1];
            Assert.Equal(stream.Content.Length, await ReadAsync(open, 0, content));
            Assert.Equal(stream.Content.Span, content.AsSpan(0, stream.Content.Length));
        }
    }

    [Fact]
    public async Task A_stream_that_is_not_there_is_no_attribute_and_a_directory_has_no_main_stream()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId file = (await FindAsync(volume, ContractTree.RichFile)).Id;
        FsResult<IOpenFile> missing = await volume.OpenAsync(file, "none".AsMemory(), Cancellation);
        FsResult<IOpenFile> directory = await volume.OpenAsync(volume.Root, default, Cancellation);

        Assert.Equal(FsStatus.NoSuchAttribute, missing.Status);
        Assert.Equal(FsStatus.IsADirectory, directory.Status);
    }

    [Fact]
    public async Task A_link_tells_its_target_and_a_file_has_none()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileProperties link = await FindAsync(volume, ContractTree.Link);
        FileProperties file = await FindAsync(volume, ContractTree.RichFile);
        FsResult<LinkTarget> target = await volume.ReadLinkAsync(link.Id, Cancellation);

        Assert.True(target.TryGet(out LinkTarget? found));
        Assert.Equal(new LinkTarget(LinkBase.Relative, ContractTree.RichFile), found);
        Assert.NotEqual(FsStatus.Ok, (await volume.ReadLinkAsync(file.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task The_space_of_the_volume_adds_up()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FsResult<VolumeSpace> answer = await volume.GetSpaceAsync(Cancellation);

        Assert.True(answer.TryGet(out VolumeSpace space));
        Assert.InRange(space.FreeBytes, 0, space.SizeBytes);
        Assert.InRange(space.FileCountFree, 0ul, space.FileCountMax);
        Assert.True(space.SizeBytes > 0);
    }

    /// <summary>Walks down a path from the root.</summary>
    protected static async Task<FileProperties> FindAsync(IFileSystem volume, string path)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(path);
        FileId at = volume.Root;
        FileProperties found = default;
        foreach (string name in path.Split('/'))
        {
            FsResult<FileProperties> step = await LookupAsync(volume, at, name);
            Assert.True(step.TryGet(out found), $"{name} of {path}: {step.Status}");
            at = found.Id;
        }

        return found;
    }

    protected static async Task<IOpenFile> OpenAsync(IFileSystem volume, FileId file, string streamName = "")
    {
        ArgumentNullException.ThrowIfNull(volume);
        FsResult<IOpenFile> opened = await volume.OpenAsync(file, streamName.AsMemory(), Cancellation);
        return opened.TryGet(out IOpenFile? open) ? open : throw new InvalidOperationException($"{opened.Status}");
    }

    protected static async Task<int> ReadAsync(IOpenFile open, long offset, Memory<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(open);
        FsResult<int> read = await open.ReadAsync(offset, destination, Cancellation);
        return read.TryGet(out int count) ? count : throw new InvalidOperationException($"{read.Status}");
    }

    private static ValueTask<FsResult<FileProperties>> LookupAsync(IFileSystem volume, FileId directory, string name) =>
        volume.LookupAsync(directory, name.AsMemory(), NameComparison.Exact, Cancellation);
}
