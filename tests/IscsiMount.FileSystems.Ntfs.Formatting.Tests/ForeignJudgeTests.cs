using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Tests;

/// <summary>What we format is judged by our verifier, which shares no code with it, and by tools of others.</summary>
public sealed class ForeignJudgeTests
{
    // Sleuthkit does not know clusters of more than 128 sectors.
    private const int SleuthkitClusterMax = 65_536;

    [Theory]
    [InlineData(512, 512)]
    [InlineData(1024, 512)]
    [InlineData(2048, 512)]
    [InlineData(4096, 512)]
    [InlineData(65_536, 512)]
    [InlineData(2_097_152, 512)]
    [InlineData(4096, 4096)]
    [InlineData(65_536, 4096)]
    public async Task All_tools_accept_a_new_volume(int clusterSize, int sectorSize)
    {
        using FormattedImage image = await FormattedImage.MakeAsync(
            64, sectorSize, new FormatOptions { ClusterSizeBytes = clusterSize, Label = "Größe 1" });

        VerificationReport report = await image.VerifyAsync();
        string description = await ForeignTool.SucceedAsync("ntfsinfo", "-m", image.Path);

        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
        Assert.Contains("Volume Name: Größe 1", description, StringComparison.Ordinal);
        Assert.Contains($"Cluster Size: {clusterSize}", description, StringComparison.Ordinal);
        await ForeignTool.SucceedAsync("ntfsresize", "-i", "-f", image.Path);
        await ForeignTool.SucceedAsync("ntfsfix", "-n", image.Path);
        await ForeignTool.SucceedAsync("ntfssecaudit", "-a", image.Path);
        if (clusterSize <= SleuthkitClusterMax)
        {
            Assert.Contains("NTFS", await ForeignTool.SucceedAsync("fsstat", image.Path), StringComparison.Ordinal);
            Assert.Contains("$Extend", await ForeignTool.SucceedAsync("fls", image.Path), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(512, 512)]
    [InlineData(4096, 512)]
    [InlineData(2_097_152, 512)]
    [InlineData(4096, 4096)]
    public async Task Ntfs_3g_fills_a_new_volume_which_is_sound_afterwards(int clusterSize, int sectorSize)
    {
        using FormattedImage image = await FormattedImage.MakeAsync(
            100, sectorSize, new FormatOptions { ClusterSizeBytes = clusterSize });
        byte[] content = new byte[300_000];
        new Random(3).NextBytes(content);

        await using (var mount = await ForeignMount.MountAsync(image.Path, image.MountFolder(), "permissions"))
        {
            string folder = Directory.CreateDirectory(Path.Join(mount.Folder, "folder")).FullName;
            for (int i = 0; i < 80; i++)
            {
                File.WriteAllText(Path.Join(folder, $"file number {i} with a name of some length"), $"{i}");
            }

            File.WriteAllBytes(Path.Join(folder, "large"), content);
            Assert.Equal(content, File.ReadAllBytes(Path.Join(folder, "large")));
        }

        VerificationReport report = await image.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.True(report.IsSound);
        await ForeignTool.SucceedAsync("ntfsresize", "-i", "-f", image.Path);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("10")]
    public async Task Tables_are_those_of_mkntfs_byte_for_byte(string inode)
    {
        using FormattedImage ours = await FormattedImage.MakeAsync(16, 512, new FormatOptions());
        using var folder = new TemporaryFolder();
        string theirs = folder.Join("theirs");
        await NtfsImage.MakeAsync(theirs, new NtfsShape { SizeMebibytes = 16 });

        string script = $"ntfscat -i {inode} '{ours.Path}' | sha256sum; ntfscat -i {inode} '{theirs}' | sha256sum";
        string[] hashes = (await ForeignTool.SucceedAsync("bash", "-c", script)).TrimEnd().Split('\n');

        Assert.Equal(2, hashes.Length);
        Assert.Equal(hashes[1], hashes[0]);
        Assert.NotEqual("e3b0c442", hashes[0][..8]);
    }
}
