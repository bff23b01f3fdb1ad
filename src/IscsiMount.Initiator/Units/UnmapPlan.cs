using IscsiMount.Block;
using IscsiMount.Scsi.Provisioning;

namespace IscsiMount.Initiator.Units;

/// <summary>Makes ranges into UNMAP commands that a unit takes. Pure.</summary>
/// <remarks>
/// A piece of space that a range covers in part only is left out: a unit may ignore it, and another user of the piece
/// would gain nothing. All cuts are where pieces begin.
/// </remarks>
internal static class UnmapPlan
{
    // LIMIT: the length of the list has 16 bits.
    private const uint RunsMax = (ushort.MaxValue - UnmapList.HeaderLength) / UnmapList.DescriptorLength;

    public static IEnumerable<UnmapList> Of(IEnumerable<BlockRange> ranges, UnitLimits limits)
    {
        uint runsMax = Math.Min(RunsMax, limits.UnmapRunsMax);
        var runs = new List<BlockSpan>();
        ulong blocks = 0;
        foreach (BlockSpan run in ranges.SelectMany(range => Pieces(range, limits)))
        {
            if (runs.Count == runsMax || blocks + run.Count > limits.UnmapBlocksMax)
            {
                yield return new UnmapList { Blocks = [.. runs] };
                runs.Clear();
                blocks = 0;
            }

            runs.Add(run);
            blocks += run.Count;
        }

        if (runs.Count > 0)
        {
            yield return new UnmapList { Blocks = [.. runs] };
        }
    }

    private static IEnumerable<BlockSpan> Pieces(BlockRange range, UnitLimits limits)
    {
        ulong granularity = limits.UnmapGranularity;
        ulong first = RoundUp(range.First, limits);
        ulong end = RoundDown(range.First + range.Count, limits);

        // A unit that takes less at once than a piece has gets what it takes.
        ulong wholePieces = limits.UnmapBlocksMax / granularity * granularity;
        ulong most = wholePieces > 0 ? wholePieces : limits.UnmapBlocksMax;
        while (first < end)
        {
            uint count = (uint)Math.Min(most, end - first);
            yield return new BlockSpan(first, count);
            first += count;
        }
    }

    private static ulong RoundUp(ulong block, UnitLimits limits)
    {
        ulong over = Over(block, limits);
        return over == 0 ? block : block + (limits.UnmapGranularity - over);
    }

    private static ulong RoundDown(ulong block, UnitLimits limits)
    {
        ulong over = Over(block, limits);
        return over > block ? 0 : block - over;
    }

    // How far a block lies behind the beginning of its piece.
    private static ulong Over(ulong block, UnitLimits limits) =>
        (block + limits.UnmapGranularity - limits.UnmapAlignment) % limits.UnmapGranularity;
}
