using System.Text.Json;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>Disks with partition tables: each volume appears, and shows what ntfs-3g shows of it.</summary>
public sealed class PartitionTests(SampleVolumes samples)
{
    [Theory]
    [InlineData(PartitionScheme.Mbr, 5)]
    [InlineData(PartitionScheme.Gpt, 2)]
    public async Task Both_volumes_of_a_disk_appear(PartitionScheme scheme, int secondPartition)
    {
        SampleVolume first = await samples.SmallClustersAsync();
        SampleVolume second = await samples.UsualClustersAsync();
        using var folder = new TemporaryFolder();
        string disk = folder.Join("disk.img");
        await PartitionedImage.MakeAsync(disk, scheme, first.Image, second.Image);
        await using TgtTarget target = await TgtTarget.StartAsync(disk);
        await using var program = new ProgramUnderTest();

        JsonElement answer = await program.LoginAsync(target.Portal);

        await FolderListingAssert.ShowsAsync(first, MountOf(answer, 1));
        await FolderListingAssert.ShowsAsync(second, MountOf(answer, secondPartition));
        await program.LogoutAsync();
    }

    [Fact]
    public async Task A_disk_of_our_own_target_with_large_sectors_is_read()
    {
        SampleVolume volume = await samples.LargeSectorsAsync();
        using var folder = new TemporaryFolder();
        string disk = folder.Join("disk.img");
        await PartitionedImage.MakeWithLargeSectorsAsync(disk, volume.Image);
        await using var program = new ProgramUnderTest();
        await using OwnTarget target = await OwnTarget.StartAsync(program, "--lun", disk, "--block-size", "4096");

        JsonElement answer = await program.LoginAsync(target.Portal);

        await FolderListingAssert.ShowsAsync(volume, MountOf(answer, 1));
        await program.LogoutAsync();
    }

    [Fact]
    public async Task A_volume_with_large_sectors_fills_a_lun_of_our_own_target()
    {
        SampleVolume volume = await samples.LargeSectorsAsync();
        await using var program = new ProgramUnderTest();
        await using OwnTarget target = await OwnTarget.StartAsync(
            program, "--lun", volume.Image, "--read-only", "--block-size", "4096");

        JsonElement answer = await program.LoginAsync(target.Portal);

        await FolderListingAssert.ShowsAsync(volume, MountOf(answer, 0));
        await program.LogoutAsync();
    }

    private static string MountOf(JsonElement answer, int partition)
    {
        return answer.GetProperty("mounts").EnumerateArray()
            .Single(mount => mount.GetProperty("volume").GetString()!
                .EndsWith($"/{partition}", StringComparison.Ordinal))
            .GetProperty("mountPoint").GetString()!;
    }
}
