using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Tests;

/// <summary>Which volumes there are, and where their files lie. The devices are huge and hold nothing.</summary>
public sealed class FormatPlanTests
{
    private const ulong Tebibyte = 1UL << 40;

    [Theory]
    [InlineData(1UL << 30, 512, 4096)]
    [InlineData(1UL << 30, 4096, 4096)]
    [InlineData(16 * Tebibyte, 512, 4096)]
    [InlineData(17 * Tebibyte, 512, 8192)]
    [InlineData(200 * Tebibyte, 512, 65_536)]
    public void Clusters_are_as_small_as_Windows_can_count_them(ulong size, int blockLength, int expected)
    {
        FormatPlan plan = Find(size, blockLength, new FormatOptions());

        Assert.Equal(expected, plan.ClusterSize);
    }

    [Theory]
    [InlineData(512, 1UL << 21)]
    [InlineData(4096, 1UL << 30)]
    [InlineData(4096, 4 * Tebibyte)]
    [InlineData(2 << 20, 1UL << 26)]
    public void Files_lie_within_the_volume_and_apart(int clusterSize, ulong size)
    {
        FormatPlan plan = Find(size, 512, new FormatOptions { ClusterSizeBytes = clusterSize });

        ulong end = 0;
        foreach (Area area in plan.Areas.OrderBy(area => area.Lcn))
        {
            Assert.True(area.Lcn >= end, $"{area} begins before {end}");
            Assert.True(area.Size <= area.ClusterCount * (ulong)clusterSize);
            end = area.Lcn + area.ClusterCount;
        }

        Assert.True(end <= plan.ClusterCount);
    }

    [Theory]
    [InlineData(256, "", "A cluster has 512 to 2097152 bytes, a power of two.")]
    [InlineData(3000, "", "A cluster has 512 to 2097152 bytes, a power of two.")]
    [InlineData(4 << 20, "", "A cluster has 512 to 2097152 bytes, a power of two.")]
    [InlineData(2 << 20, "", "The device is too small for a volume with clusters of 2097152 bytes.")]
    [InlineData(4096, "a label of more than thirty-two characters", "The label has 42 characters, and 32 are allowed.")]
    public void What_cannot_be_is_said_before_anything_is_written(int clusterSize, string label, string expected)
    {
        var device = new MemoryBlockDevice(8192);

        var plan = FormatPlan.Find(
            device, new FormatOptions { ClusterSizeBytes = clusterSize, Label = label }, out string problem);

        Assert.Null(plan);
        Assert.Equal(expected, problem);
        Assert.Equal(0, device.AllocatedBytes);
    }

    [Fact]
    public void So_many_clusters_that_Windows_cannot_count_them_are_refused()
    {
        var device = new MemoryBlockDevice(4 * Tebibyte / 512);

        FormatPlan.Find(device, new FormatOptions { ClusterSizeBytes = 512 }, out string problem);

        Assert.Equal("8589934591 clusters are more than Windows counts; take larger ones.", problem);
    }

    private static FormatPlan Find(ulong size, int blockLength, FormatOptions options)
    {
        var device = new MemoryBlockDevice(size / (ulong)blockLength, blockLength);
        var plan = FormatPlan.Find(device, options, out string problem);
        Assert.Equal("", problem);
        return plan!;
    }
}
