using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>
/// What every <see cref="IWritableFileSystem"/> does. An implementation derives from this class and says how an empty
/// volume comes to be. What stays when a volume is closed is told by the tests of each format.
/// </summary>
public abstract class FileSystemWritableContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens an empty volume. Disposing of it ends everything.</summary>
    protected abstract Task<IWritableFileSystem> OpenEmptyAsync();

    [Fact]
    public async Task A_new_file_is_empty_and_is_found()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();

        FileProperties made = await CreateAsync(volume, "file");

        Assert.Equal((FileKind.File, 0L, 1u), (made.Kind, made.SizeBytes, made.LinkCount));
        Assert.Equal(made, await FindAsync(volume, "file"));
        Assert.False(volume.Description.IsReadOnly);
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        await CreateAsync(volume, "name");

        foreach (FileKind kind in new[] { FileKind.File, FileKind.Directory })
        {
            Assert.Equal(
                FsStatus.AlreadyExists,
                (await volume.CreateAsync(volume.Root, "name".AsMemory(), kind, Cancellation)).Status);
        }
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("tail.")]
    [InlineData("tail ")]
    [InlineData("con")]
    [InlineData("lpt1.txt")]
    [InlineData("tab\there")]
    [InlineData("")]
    public async Task Names_that_Windows_could_not_open_are_not_made(string name)
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileProperties file = await CreateAsync(volume, "file");

        Assert.Equal(
            FsStatus.InvalidName,
            (await volume.CreateAsync(volume.Root, name.AsMemory(), FileKind.File, Cancellation)).Status);
        Assert.Equal(
            FsStatus.InvalidName, await volume.LinkAsync(file.Id, volume.Root, name.AsMemory(), Cancellation));
        Assert.Equal(FsStatus.InvalidName, await RenameAsync(volume, "file", name));
    }

    [Fact]
    public async Task What_was_written_is_read_and_a_gap_reads_as_zero()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        using IWritableFile file = await OpenAsync(volume, (await CreateAsync(volume, "file")).Id);

        Assert.Equal(FsStatus.Ok, await file.WriteAsync(0, new byte[] { 1, 2, 3 }, Cancellation));
        Assert.Equal(FsStatus.Ok, await file.WriteAsync(10_000, new byte[] { 4 }, Cancellation));
        Assert.Equal(FsStatus.Ok, await file.WriteAsync(1, new byte[] { 9 }, Cancellation));

        byte[] content = await ReadAsync(file);
        Assert.Equal(10_001, content.Length);
        Assert.Equal([1, 9, 3], content[..3]);
        Assert.Equal(4, content[10_000]);
        Assert.Equal(-1, content.AsSpan(3, 9_997).IndexOfAnyExcept((byte)0));
        Assert.Equal(10_001, (await FindAsync(volume, "file")).SizeBytes);
    }

    [Fact]
    public async Task What_was_cut_off_does_not_come_back_when_the_file_grows()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        using IWritableFile file = await OpenAsync(volume, (await CreateAsync(volume, "file")).Id);
        byte[] ones = new byte[20_000];
        ones.AsSpan().Fill(1);

        foreach (int cut in new[] { 12_345, 100, 0 })
        {
            Assert.Equal(FsStatus.Ok, await file.WriteAsync(0, ones, Cancellation));
            Assert.Equal(FsStatus.Ok, await file.SetSizeAsync(cut, Cancellation));
            Assert.Equal(FsStatus.Ok, await file.SetSizeAsync(20_000, Cancellation));

            byte[] content = await ReadAsync(file);
            Assert.Equal(20_000, content.Length);
            Assert.Equal(-1, content.AsSpan(0, cut).IndexOfAnyExcept((byte)1));
            Assert.Equal(-1, content.AsSpan(cut).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task A_directory_goes_only_when_it_is_empty_and_only_as_a_directory()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileProperties folder = await CreateAsync(volume, "folder", FileKind.Directory);
        await VolumeCreateAsync(volume, folder.Id, "inner", FileKind.File);

        Assert.Equal(FsStatus.DirectoryNotEmpty, await RemoveAsync(volume, "folder", FileKind.Directory));
        Assert.Equal(FsStatus.IsADirectory, await RemoveAsync(volume, "folder", FileKind.File));
        Assert.Equal(
            FsStatus.NotADirectory,
            await volume.RemoveAsync(folder.Id, "inner".AsMemory(), FileKind.Directory, Cancellation));
        Assert.Equal(
            FsStatus.Ok, await volume.RemoveAsync(folder.Id, "inner".AsMemory(), FileKind.File, Cancellation));
        Assert.Equal(FsStatus.Ok, await RemoveAsync(volume, "folder", FileKind.Directory));
        Assert.Equal(FsStatus.StaleReference, (await volume.GetPropertiesAsync(folder.Id, Cancellation)).Status);
    }

    [Fact]
    public async Task A_file_lives_until_its_last_name_goes_and_what_is_open_of_it_is_stale_then()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileId id = (await CreateAsync(volume, "one")).Id;
        using IWritableFile open = await OpenAsync(volume, id);
        Assert.Equal(FsStatus.Ok, await open.WriteAsync(0, new byte[5000], Cancellation));
        Assert.Equal(FsStatus.Ok, await volume.LinkAsync(id, volume.Root, "two".AsMemory(), Cancellation));

        Assert.Equal(2u, (await FindAsync(volume, "two")).LinkCount);
        Assert.Equal(FsStatus.Ok, await RemoveAsync(volume, "one", FileKind.File));
        Assert.Equal((id, 1u, 5000L), await SeenAsync(volume, "two"));
        Assert.Equal(FsStatus.Ok, await RemoveAsync(volume, "two", FileKind.File));

        Assert.Equal(FsStatus.StaleReference, (await open.ReadAsync(0, new byte[1], Cancellation)).Status);
        Assert.Equal(FsStatus.StaleReference, await open.WriteAsync(0, new byte[1], Cancellation));
    }

    [Fact]
    public async Task A_rename_replaces_only_if_it_is_told_to()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileId moved = (await CreateAsync(volume, "from")).Id;
        FileId target = (await CreateAsync(volume, "to")).Id;

        Assert.Equal(FsStatus.AlreadyExists, await RenameAsync(volume, "from", "to"));
        Assert.Equal(FsStatus.Ok, await RenameAsync(volume, "from", "to", replaces: true));

        Assert.Equal(moved, (await FindAsync(volume, "to")).Id);
        Assert.Equal(FsStatus.NotFound, await StatusOfAsync(volume, "from"));
        Assert.Equal(FsStatus.StaleReference, (await volume.GetPropertiesAsync(target, Cancellation)).Status);
    }

    [Fact]
    public async Task A_rename_may_change_the_case_alone()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileId id = (await CreateAsync(volume, "readme")).Id;

        Assert.Equal(FsStatus.Ok, await RenameAsync(volume, "readme", "README"));

        Assert.Equal(id, (await FindAsync(volume, "README")).Id);
        Assert.Equal(FsStatus.NotFound, await StatusOfAsync(volume, "readme"));
    }

    [Fact]
    public async Task A_directory_is_moved_with_all_below_it_but_not_into_itself()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileId outer = (await CreateAsync(volume, "outer", FileKind.Directory)).Id;
        FileId inner = (await VolumeCreateAsync(volume, outer, "inner", FileKind.Directory)).Id;
        FileId other = (await CreateAsync(volume, "other", FileKind.Directory)).Id;

        Assert.Equal(FsStatus.InvalidArgument, await MoveAsync(volume, volume.Root, "outer", inner));
        Assert.Equal(FsStatus.InvalidArgument, await MoveAsync(volume, volume.Root, "outer", outer));
        Assert.Equal(FsStatus.Ok, await MoveAsync(volume, outer, "inner", other));

        FsResult<FileId> parent = await volume.GetParentAsync(inner, Cancellation);
        Assert.True(parent.TryGet(out FileId found));
        Assert.Equal(other, found);
    }

    [Fact]
    public async Task Times_and_attributes_are_kept_as_they_were_set()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        FileId id = (await CreateAsync(volume, "file")).Id;
        const long Moment = 132_000_000_000_000_000;
        var change = new PropertyChange
        {
            CreatedAt = Moment + 1,
            ModifiedAt = Moment + 2,
            ChangedAt = Moment + 3,
            AccessedAt = Moment + 4,
            DosAttributes = 0x23,
        };

        Assert.Equal(FsStatus.Ok, await volume.ChangePropertiesAsync(id, change, Cancellation));

        FileProperties found = await FindAsync(volume, "file");
        Assert.Equal(
            (Moment + 1, Moment + 2, Moment + 3, Moment + 4, 0x23u),
            (found.CreatedAt, found.ModifiedAt, found.ChangedAt, found.AccessedAt, found.DosAttributes));
    }

    [Fact]
    public async Task A_directory_of_many_names_lists_each_of_them_once()
    {
        await using IWritableFileSystem volume = await OpenEmptyAsync();
        string[] names = [.. Enumerable.Range(0, 700).Select(number => $"name number {number * 7919 % 700}")];
        foreach (string name in names)
        {
            await CreateAsync(volume, name);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), await NamesAsync(volume));
        foreach (string name in names.Where((_, index) => index % 2 == 0))
        {
            Assert.Equal(FsStatus.Ok, await RemoveAsync(volume, name, FileKind.File));
        }

        Assert.Equal(
            names.Where((_, index) => index % 2 == 1).Order(StringComparer.Ordinal), await NamesAsync(volume));
    }

    private static async Task<List<string>> NamesAsync(IWritableFileSystem volume)
    {
        FsResult<IDirectoryListing> opened = volume.OpenListing(volume.Root);
        Assert.True(opened.TryGet(out IDirectoryListing? listing));
        using (listing)
        {
            var names = new List<string>();
            ulong position = 0;
            while (true)
            {
                FsResult<IReadOnlyList<DirectoryEntry>> page =
                    await listing.ReadAsync(position, 100, ListingDetail.Names, Cancellation);
                Assert.True(page.TryGet(out IReadOnlyList<DirectoryEntry>? entries));
                if (entries.Count == 0)
                {
                    return [.. names.Order(StringComparer.Ordinal)];
                }

                names.AddRange(entries.Select(entry => entry.Name));
                position = entries[^1].NextPosition;
            }
        }
    }

    private static Task<FileProperties> CreateAsync(
        IWritableFileSystem volume, string name, FileKind kind = FileKind.File) =>
        VolumeCreateAsync(volume, volume.Root, name, kind);

    private static async Task<FileProperties> VolumeCreateAsync(
        IWritableFileSystem volume, FileId directory, string name, FileKind kind) =>
        MustHave(await volume.CreateAsync(directory, name.AsMemory(), kind, Cancellation));

    private static async Task<FileProperties> FindAsync(IWritableFileSystem volume, string name) =>
        MustHave(await volume.LookupAsync(volume.Root, name.AsMemory(), NameComparison.Exact, Cancellation));

    private static async Task<(FileId Id, uint LinkCount, long SizeBytes)> SeenAsync(
        IWritableFileSystem volume, string name)
    {
        FileProperties found = await FindAsync(volume, name);
        return (found.Id, found.LinkCount, found.SizeBytes);
    }

    private static async Task<FsStatus> StatusOfAsync(IWritableFileSystem volume, string name) =>
        (await volume.LookupAsync(volume.Root, name.AsMemory(), NameComparison.Exact, Cancellation)).Status;

    private static ValueTask<FsStatus> RemoveAsync(IWritableFileSystem volume, string name, FileKind kind) =>
        volume.RemoveAsync(volume.Root, name.AsMemory(), kind, Cancellation);

    private static ValueTask<FsStatus> RenameAsync(
        IWritableFileSystem volume, string from, string to, bool replaces = false) =>
        volume.RenameAsync(
            new RenameRequest
            {
                FromDirectory = volume.Root,
                FromName = from.AsMemory(),
                ToDirectory = volume.Root,
                ToName = to.AsMemory(),
                Replaces = replaces,
            },
            Cancellation);

    private static ValueTask<FsStatus> MoveAsync(
        IWritableFileSystem volume, FileId from, string name, FileId to) =>
        volume.RenameAsync(
            new RenameRequest
            {
                FromDirectory = from,
                FromName = name.AsMemory(),
                ToDirectory = to,
                ToName = name.AsMemory(),
            },
            Cancellation);

    private static async Task<IWritableFile> OpenAsync(IWritableFileSystem volume, FileId file) =>
        MustHave(await volume.OpenForWritingAsync(file, default, isCreated: false, Cancellation));

    private static async Task<byte[]> ReadAsync(IWritableFile file)
    {
        byte[] content = new byte[file.SizeBytes];
        Assert.Equal(content.Length, MustHave(await file.ReadAsync(0, content, Cancellation)));
        return content;
    }

    private static T MustHave<T>(FsResult<T> answer) =>
        answer.TryGet(out T? value) ? value : throw new InvalidOperationException($"{answer.Status}");
}
