using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Streams;

public sealed class RunListTests
{
    private static readonly RunLimits Limits = new(VolumeClusterCount: 0x10_0000, StreamClusterCountMax: 1L << 50);

    [Fact]
    public void Runs_with_forward_and_backward_deltas_and_holes_are_read()
    {
        byte[] list = Convert.FromHexString("21" + "10" + "0001" + "01" + "08" + "11" + "04" + "F0" + "00");

        Assert.Equal([new(0, 0x100, 0x10), new(0x10, Extent.Hole, 8), new(0x18, 0xF0, 4)], Read(list));
    }

    [Fact]
    public void Cluster_zero_is_a_place_and_no_hole()
    {
        Assert.Equal([new(0, 0, 2)], Read(Convert.FromHexString("11" + "02" + "00" + "00")));
    }

    [Fact]
    public void The_old_hole_of_NT4_is_a_hole_and_does_not_move_the_place()
    {
        byte[] list = Convert.FromHexString("11" + "02" + "05" + "11" + "03" + "FA" + "11" + "01" + "04" + "00");

        Assert.Equal([new(0, 5, 2), new(2, Extent.Hole, 3), new(5, 9, 1)], Read(list));
    }

    [Fact]
    public void Neighbours_become_one_extent()
    {
        byte[] list = Convert.FromHexString("11" + "02" + "05" + "11" + "03" + "02" + "01" + "01" + "01" + "02" + "00");

        Assert.Equal([new(0, 5, 5), new(5, Extent.Hole, 3)], Read(list));
    }

    [Theory]
    [InlineData("11" + "00" + "05" + "00")]                      // no clusters
    [InlineData("11" + "FF" + "05" + "00")]                      // a negative count
    [InlineData("19" + "000000000000000001" + "05" + "00")]      // a count of nine bytes
    [InlineData("91" + "01" + "000000000000000005" + "00")]      // a place of nine bytes
    [InlineData("11" + "02" + "F0" + "00")]                      // before the volume
    [InlineData("41" + "02" + "FFFF0F00" + "00")]                // the last cluster and one behind
    [InlineData("18" + "FFFFFFFFFFFFFF7F" + "05" + "00")]        // more clusters than can be addressed
    [InlineData("11" + "02")]                                    // cut off in a run
    [InlineData("11" + "02" + "05")]                             // no end
    [InlineData("10" + "05" + "00")]                             // a place without a count
    [InlineData("")]
    public void What_is_no_list_is_damage(string hex)
    {
        Assert.Throws<DamagedMediumException>(() => Read(Convert.FromHexString(hex)));
    }

    [Theory, Seeds(200)]
    public void Any_list_survives_a_round_trip(int seed)
    {
        var chance = new Random(seed);
        List<Extent> extents = MakeExtents(chance);

        Assert.Equal(extents, Read(RunListWriter.Write(extents)));
    }

    [Theory, Seeds(200)]
    public void Random_bytes_are_a_list_within_the_volume_or_damage(int seed)
    {
        var chance = new Random(seed);
        byte[] bytes = new byte[chance.Next(1, 64)];
        chance.NextBytes(bytes);

        List<Extent> extents = Attempt.ReadObject(() => Read(bytes)) ?? [];

        Assert.All(extents, extent => Assert.True(
            extent.ClusterCount > 0
            && (extent.IsHole || (extent.Lcn >= 0 && extent.Lcn + extent.ClusterCount <= Limits.VolumeClusterCount))));
    }

    private static List<Extent> MakeExtents(Random chance)
    {
        var extents = new List<Extent>();
        long vcn = 0;
        for (int i = 0; i < 50; i++)
        {
            long count = 1 + chance.NextInt64(1L << chance.Next(1, 16));
            bool isHole = chance.Next(4) == 0 && (extents.Count == 0 || !extents[^1].IsHole);
            long lcn = isHole ? Extent.Hole : chance.NextInt64(Limits.VolumeClusterCount - count);
            bool isContinued = extents.Count > 0 && extents[^1].Lcn + extents[^1].ClusterCount == lcn;
            if (!isContinued)
            {
                extents.Add(new Extent(vcn, lcn, count));
                vcn += count;
            }
        }

        return extents;
    }

    private static List<Extent> Read(byte[] list)
    {
        var extents = new List<Extent>();
        RunList.Append(list, extents, Limits);
        return extents;
    }
}
