using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>What every listing of an <see cref="IFileSystem"/> does.</summary>
public abstract class FileSystemListingContract : FileSystemContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(65_536)]
    public async Task Every_entry_is_seen_once_whatever_the_size_of_a_page(int page)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, ContractTree.LargeFolder)).Id;

        List<DirectoryEntry> entries = await ListAsync(volume, folder, page, ListingDetail.Names);

        Assert.Equal(
            ContractTree.NamesIn(ContractTree.LargeFolder).Order(StringComparer.Ordinal),
            entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_root_shows_what_is_in_it_and_nothing_of_the_format()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        List<DirectoryEntry> entries = await ListAsync(volume, volume.Root, 100, ListingDetail.Names);

        Assert.Equal(
            ContractTree.NamesIn("").Order(StringComparer.Ordinal),
            entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_listing_goes_on_from_any_position_that_it_gave()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, ContractTree.LargeFolder)).Id;
        using IDirectoryListing listing = Open(volume, folder);
        List<DirectoryEntry> all = await ReadAllAsync(listing, 100, ListingDetail.Names);

        foreach (int index in new[] { 3, 3400, 1023, 2047, 0, 2047, 1500, 3400, 1022, 1024, 3498 })
        {
            IReadOnlyList<DirectoryEntry> next =
                await ReadAsync(listing, all[index].NextPosition, 1, ListingDetail.Names);
            Assert.Equal(all[index + 1].Name, Assert.Single(next).Name);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1022)]
    [InlineData(1023)]
    [InlineData(2500)]
    [InlineData(3498)]
    public async Task A_listing_goes_on_from_a_position_that_another_listing_gave(int index)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, ContractTree.LargeFolder)).Id;
        List<DirectoryEntry> all = await ListAsync(volume, folder, 100, ListingDetail.Names);
        using IDirectoryListing listing = Open(volume, folder);

        IReadOnlyList<DirectoryEntry> next = await ReadAsync(listing, all[index].NextPosition, 1, ListingDetail.Names);

        Assert.Equal(all[index + 1], Assert.Single(next));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Behind_the_last_entry_there_is_nothing(uint distance)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, ContractTree.LargeFolder)).Id;
        List<DirectoryEntry> all = await ListAsync(volume, folder, 100, ListingDetail.Names);
        using IDirectoryListing listing = Open(volume, folder);

        Assert.Empty(await ReadAsync(listing, all[^1].NextPosition + distance, 10, ListingDetail.Names));
    }

    [Fact]
    public async Task An_entry_tells_the_same_as_the_file_itself()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, "files")).Id;

        foreach (FileId directory in new[] { volume.Root, folder })
        {
            List<DirectoryEntry> entries = await ListAsync(volume, directory, 100, ListingDetail.Properties);
            List<DirectoryEntry> names = await ListAsync(volume, directory, 100, ListingDetail.Names);
            Assert.Equal(entries.Select(Identity), names.Select(Identity));
            foreach (DirectoryEntry entry in entries)
            {
                FsResult<FileProperties> own = await volume.GetPropertiesAsync(entry.Id, Cancellation);
                Assert.True(own.TryGet(out FileProperties properties));
                Assert.Equal(properties, entry.Properties);
                Assert.Equal((properties.Id, properties.Kind), (entry.Id, entry.Kind));
            }
        }

        static (string, FileId, FileKind) Identity(DirectoryEntry entry) => (entry.Name, entry.Id, entry.Kind);
    }

    [Fact]
    public async Task Names_alone_come_without_properties()
    {
        await using IFileSystem volume = await OpenVolumeAsync();

        List<DirectoryEntry> entries = await ListAsync(volume, volume.Root, 100, ListingDetail.Names);

        Assert.All(entries, entry => Assert.Null(entry.Properties));
    }

    [Fact]
    public async Task An_empty_directory_ends_at_once()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId folder = (await FindAsync(volume, "empty-folder")).Id;

        Assert.Empty(await ListAsync(volume, folder, 10, ListingDetail.Properties));
    }

    [Fact]
    public async Task A_file_cannot_be_listed()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId file = (await FindAsync(volume, ContractTree.LargeFile)).Id;

        FsResult<IDirectoryListing> opened = volume.OpenListing(file);
        FsStatus status = opened.Status;
        if (opened.TryGet(out IDirectoryListing? listing))
        {
            using (listing)
            {
                status = (await listing.ReadAsync(0, 10, ListingDetail.Names, Cancellation)).Status;
            }
        }

        Assert.Equal(FsStatus.NotADirectory, status);
    }

    protected static IDirectoryListing Open(IFileSystem volume, FileId directory)
    {
        ArgumentNullException.ThrowIfNull(volume);
        FsResult<IDirectoryListing> opened = volume.OpenListing(directory);
        return opened.TryGet(out IDirectoryListing? listing)
            ? listing
            : throw new InvalidOperationException($"{opened.Status}");
    }

    private static async Task<List<DirectoryEntry>> ListAsync(
        IFileSystem volume, FileId directory, int page, ListingDetail detail)
    {
        using IDirectoryListing listing = Open(volume, directory);
        return await ReadAllAsync(listing, page, detail);
    }

    private static async Task<List<DirectoryEntry>> ReadAllAsync(
        IDirectoryListing listing, int page, ListingDetail detail)
    {
        var entries = new List<DirectoryEntry>();
        while (true)
        {
            ulong position = entries.Count == 0 ? 0 : entries[^1].NextPosition;
            IReadOnlyList<DirectoryEntry> some = await ReadAsync(listing, position, page, detail);
            Assert.InRange(some.Count, 0, page);
            if (some.Count == 0)
            {
                return entries;
            }

            entries.AddRange(some);
        }
    }

    private static async Task<IReadOnlyList<DirectoryEntry>> ReadAsync(
        IDirectoryListing listing, ulong position, int page, ListingDetail detail)
    {
        FsResult<IReadOnlyList<DirectoryEntry>> read = await listing.ReadAsync(position, page, detail, Cancellation);
        return read.TryGet(out IReadOnlyList<DirectoryEntry>? entries)
            ? entries
            : throw new InvalidOperationException($"{read.Status}");
    }
}
