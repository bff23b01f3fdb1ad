using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>What ordinary programs see through our mount of a LUN of tgt is what ntfs-3g shows of the image.</summary>
public sealed class ReadingTests(SampleVolumes samples)
{
    [Fact]
    public async Task The_whole_tree_is_what_another_driver_shows()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);

        await FolderListingAssert.ShowsAsync(volume, mounted.Folder);
        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task A_listing_goes_on_when_the_kernel_has_lost_the_pages_that_it_kept_of_an_earlier_one()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);
        string wide = mounted.PathOf("wide");
        string[] whole = Directory.GetFiles(wide);

        using (IEnumerator<string> listing = Directory.EnumerateFiles(wide).GetEnumerator())
        {
            int count = 0;
            for (; listing.MoveNext(); count++)
            {
                if (count % 5000 == 100)
                {
                    await File.WriteAllTextAsync(
                        "/proc/sys/vm/drop_caches", "1", TestContext.Current.CancellationToken);
                }
            }

            Assert.Equal(whole.Length, count);
        }

        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task Copying_archiving_and_comparing_programs_work()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);
        using var local = new TemporaryFolder();
        string copy = local.Join("copy");
        string unpacked = local.CreateFolder("unpacked");
        string sums = local.Join("sums");

        await ForeignTool.SucceedAsync("cp", "-a", mounted.Folder, copy);
        await ForeignTool.SucceedAsync("diff", "-r", "--no-dereference", mounted.Folder, copy);
        await ForeignTool.SucceedAsync(
            "bash", "-c", $"set -o pipefail; tar -C {mounted.Folder} -cf - . | tar -C {unpacked} -xf -");
        await ForeignTool.SucceedAsync("diff", "-r", "--no-dereference", mounted.Folder, unpacked);
        await ForeignTool.SucceedAsync("bash", "-c", $"cd {copy} && find . -type f -print0 | xargs -0 md5sum > {sums}");
        await ForeignTool.SucceedAsync("bash", "-c", $"cd {mounted.Folder} && md5sum --quiet -c {sums}");

        FolderListingAssert.Same(volume.Hashes, await FolderListing.HashesAsync(copy));
        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task Mapped_files_show_their_content()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);

        foreach (string file in new[] { "large/8 MiB.bin", "compressed/mixed.bin", "fragmented/part 1.bin" })
        {
            Assert.Contains($"{HashOfMapped(mounted.PathOf(file))}  ./{file}", volume.Hashes);
        }

        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task Many_readers_at_once_see_the_same_bytes()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);

        string[][] seen = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => FolderListing.HashesAsync(mounted.Folder)));

        Assert.All(seen, hashes => FolderListingAssert.Same(volume.Hashes, hashes));
        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task Nothing_is_written_to_the_medium()
    {
        SampleVolume volume = await samples.SmallClustersAsync();
        string before = await HashOfImageAsync(volume.Image);
        await using (VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume))
        {
            await FolderListing.HashesAsync(mounted.Folder);
            ToolResult writing = await ForeignTool.RunAsync("touch", [mounted.PathOf("new")]);
            ToolResult removing = await ForeignTool.RunAsync("rm", ["-r", mounted.PathOf("names")]);

            Assert.Contains("Read-only file system", writing.MustExitWith(1).Errors, StringComparison.Ordinal);
            Assert.Contains("Read-only file system", removing.MustExitWith(1).Errors, StringComparison.Ordinal);
            await mounted.LogoutAsync();
        }

        Assert.Equal(before, await HashOfImageAsync(volume.Image));
    }

    private static string HashOfMapped(string path)
    {
        using var file = MemoryMappedFile.CreateFromFile(
            path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewStream view = file.CreateViewStream(
            0, new FileInfo(path).Length, MemoryMappedFileAccess.Read);
        return Convert.ToHexStringLower(SHA256.HashData(view));
    }

    private static async Task<string> HashOfImageAsync(string image)
    {
        await using FileStream file = File.OpenRead(image);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }
}
