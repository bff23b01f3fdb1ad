using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Scale;

/// <summary>Bounds on what the device is asked for. They count commands and never time.</summary>
public sealed class ScaleTests
{
    private const int ManyNames = 50_000;
    private const int ManyExtents = 100_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_directory_of_50000_names_is_listed_and_searched_in_few_commands()
    {
        using ForeignVolume foreign = await ForeignVolume.CreateAsync(new VolumeRecipe
        {
            SizeBytes = 256L * 1024 * 1024,
            Script = $"""
                mkdir many; cd many
                python3 -c "
                for i in range({ManyNames}):
                    open('an entry with number %d' % i, 'w').close()"
                """,
        });
        await using ImageDevice device = Open(foreign);
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        FileId folder = await FindAsync(volume, volume.Root, "many");
        device.ResetCounts();
        FileId first = await FindAsync(volume, folder, "an entry with number 4711");
        int lookupReads = device.Reads;

        List<DirectoryEntry> entries = await TreeReader.ListAsync(volume, folder, page: 300);
        int listingReads = device.Reads - lookupReads;
        foreach (DirectoryEntry entry in entries)
        {
            Assert.Equal(entry.Id, await FindAsync(volume, folder, entry.Name));
        }

        Assert.Equal(ManyNames, entries.Select(entry => entry.Name).Distinct().Count());
        Assert.All(entries, entry => Assert.NotNull(entry.Properties));
        Assert.Contains(entries, entry => entry.Id == first);
        Assert.InRange(lookupReads, 1, 6);
        Assert.InRange(listingReads, 1, 1500);
        Assert.Equal(lookupReads + listingReads, device.Reads);
    }

    [Fact]
    public async Task A_file_of_100000_extents_is_read_to_the_byte()
    {
        using ForeignVolume foreign = await ForeignVolume.CreateAsync(new VolumeRecipe
        {
            SizeBytes = 512L * 1024 * 1024,
            ClusterSize = 512,
            Script = $"""
                python3 -c "
                import os
                a = os.open('fragmented', os.O_CREAT | os.O_WRONLY)
                for i in range({ManyExtents}):
                    os.pwrite(a, i.to_bytes(8, 'little') * 64, i * 1024)
                os.close(a)"
                """,
        });
        await using ImageDevice device = Open(foreign);
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        FileId file = await FindAsync(volume, volume.Root, "fragmented");

        byte[] content = await TreeReader.ReadAllAsync(volume, file, pieceSize: 1024 * 1024);

        for (int i = 0; i < ManyExtents; i++)
        {
            int at = i * 1024;
            Assert.True(BitConverter.ToInt64(content, at + 504) == i, $"extent {i}");
            Assert.True(i == ManyExtents - 1 || !content.AsSpan(at + 512, 512).ContainsAnyExcept((byte)0), $"hole {i}");
        }
    }

    private static ImageDevice Open(ForeignVolume foreign) =>
        new(foreign.ImagePath) { Traits = new BlockDeviceTraits { TransferSizeOptimal = 256 * 1024 } };

    private static async Task<FileId> FindAsync(IFileSystem volume, FileId folder, string name)
    {
        FsResult<FileProperties> found =
            await volume.LookupAsync(folder, name.AsMemory(), NameComparison.Exact, Cancellation);
        return found.TryGet(out FileProperties properties) ? properties.Id : throw new FileNotFoundException(name);
    }
}
