using IscsiMount.Block;
using IscsiMount.Initiator.Units;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Initiator.Tests.Units;

public sealed class UnmapPlanTests
{
    [Theory]
    [Seeds(200)]
    public void Exactly_the_whole_pieces_of_the_ranges_are_named_within_all_limits(int seed)
    {
        var chance = new Random(seed);
        uint granularity = 1u << chance.Next(6);
        var limits = new UnitLimits
        {
            CanUnmap = true,
            UnmapBlocksMax = granularity * (uint)chance.Next(1, 40),
            UnmapRunsMax = (uint)chance.Next(1, 5),
            UnmapGranularity = granularity,
            UnmapAlignment = (uint)chance.Next((int)granularity),
        };
        BlockRange[] ranges = [.. Enumerable.Range(0, chance.Next(1, 6)).Select(
            i => new BlockRange((ulong)((i * 1000) + chance.Next(300)), (uint)chance.Next(500)))];

        UnmapList[] lists = [.. UnmapPlan.Of(ranges, limits)];

        Assert.All(lists, list =>
        {
            Assert.InRange((uint)list.Blocks.Count, 1u, limits.UnmapRunsMax);
            Assert.InRange((uint)list.Blocks.Sum(run => run.Count), 1u, limits.UnmapBlocksMax);
        });
        IEnumerable<ulong> named = lists.SelectMany(list => list.Blocks)
            .SelectMany(run => Enumerable.Range(0, (int)run.Count).Select(i => run.First + (ulong)i));
        Assert.Equal(ranges.SelectMany(range => WholePieces(range, limits)), named);
    }

    [Fact]
    public void A_unit_without_a_limit_gets_one_command()
    {
        var limits = new UnitLimits { CanUnmap = true, UnmapBlocksMax = uint.MaxValue, UnmapRunsMax = uint.MaxValue };

        UnmapList list = Assert.Single(UnmapPlan.Of([new BlockRange(5, uint.MaxValue)], limits));

        Assert.Equal(new BlockSpan(5, uint.MaxValue), Assert.Single(list.Blocks));
    }

    // Block by block: a block counts if all of its piece is in the range.
    private static IEnumerable<ulong> WholePieces(BlockRange range, UnitLimits limits)
    {
        ulong end = range.First + range.Count;
        for (ulong block = range.First; block < end; block++)
        {
            long fromAlignment = (long)block - limits.UnmapAlignment;
            long piece = (long)Math.Floor((double)fromAlignment / limits.UnmapGranularity);
            long first = (piece * limits.UnmapGranularity) + limits.UnmapAlignment;
            if (first >= (long)range.First && first + limits.UnmapGranularity <= (long)end)
            {
                yield return block;
            }
        }
    }
}
