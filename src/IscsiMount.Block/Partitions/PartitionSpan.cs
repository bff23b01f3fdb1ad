namespace IscsiMount.Block.Partitions;

/// <summary>A run of blocks that an entry of a table claims, before anybody believes it.</summary>
/// <param name="Label">What a finding calls it, such as <c>Partition 3</c>.</param>
/// <param name="First">The first block.</param>
/// <param name="Count">The number of blocks, at least one.</param>
internal sealed record PartitionSpan(string Label, ulong First, ulong Count)
{
    public ulong Last => First + (Count - 1);

    /// <summary>Whether all of it lies on a device, with what a finding says if it does not.</summary>
    public bool Fits(ulong blockCount, List<string> findings)
    {
        if (Count > 0 && First < blockCount && Count <= blockCount - First)
        {
            return true;
        }

        findings.Add($"{Label} (block {First}, {Count} blocks) leaves the device, which has {blockCount} blocks.");
        return false;
    }

    /// <summary>
    /// The spans that share a block with another one, each of which is reported. Which of the two is right nobody can
    /// tell, so none of them may be used.
    /// </summary>
    public static HashSet<PartitionSpan> FindOverlapping(IEnumerable<PartitionSpan> spans, List<string> findings)
    {
        var overlapping = new HashSet<PartitionSpan>(ReferenceEqualityComparer.Instance);
        PartitionSpan? farthest = null;
        foreach (PartitionSpan span in spans.OrderBy(span => span.First))
        {
            if (farthest is not null && span.First <= farthest.Last)
            {
                overlapping.Add(farthest);
                overlapping.Add(span);
                findings.Add($"{farthest.Label} and {span.Label} overlap at block {span.First}.");
            }

            farthest = farthest is null || span.Last > farthest.Last ? span : farthest;
        }

        return overlapping;
    }
}
