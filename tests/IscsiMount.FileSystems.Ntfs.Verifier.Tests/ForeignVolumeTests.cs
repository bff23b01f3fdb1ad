using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests;

/// <summary>What others write is sound by their own judgement, so a finding here is a misreading of ours.</summary>
public sealed class ForeignVolumeTests(SampleImages samples)
{
    [Theory]
    [InlineData(512, 512)]
    [InlineData(1024, 512)]
    [InlineData(65536, 512)]
    [InlineData(4096, 4096)]
    public async Task A_volume_that_ntfs_3g_filled_is_sound_in_both_modes(int clusterSize, int sectorSize)
    {
        byte[] image = await samples.GetAsync(SampleImages.Usual with
        {
            SizeMebibytes = clusterSize > 4096 ? 100 : 20,
            ClusterSizeBytes = clusterSize,
            SectorSizeBytes = sectorSize,
        });

        foreach (VerificationMode mode in Enum.GetValues<VerificationMode>())
        {
            await using var device = new ImageInMemory(image, sectorSize);
            VerificationReport report = await NtfsVerifier.VerifyAsync(
                device, mode, TestContext.Current.CancellationToken);

            Assert.Empty(report.Findings);
            Assert.True(report.IsSound);
            Assert.Equal(0, report.ForgivenCount);
            Assert.InRange(report.RecordsInUse, 300, 400);
            Assert.Equal(clusterSize > 4096 ? 17 : 18, report.Directories);
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(2048)]
    [InlineData(131072)]
    [InlineData(2097152)]
    public async Task An_empty_volume_of_mkntfs_is_sound(int clusterSize)
    {
        using var folder = new Testing.TemporaryFolder();
        string path = folder.Join("image");
        await NtfsImage.MakeAsync(path, new NtfsShape { SizeMebibytes = 64, ClusterSizeBytes = clusterSize });
        await using var device = Block.ImageFileBlockDevice.Open(path, new() { IsReadOnly = true });

        VerificationReport report = await NtfsVerifier.VerifyAsync(
            device, VerificationMode.Clean, TestContext.Current.CancellationToken);

        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
    }
}
