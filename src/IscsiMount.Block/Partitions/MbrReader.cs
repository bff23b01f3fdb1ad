using IscsiMount.Block.Partitions.Layout;

namespace IscsiMount.Block.Partitions;

/// <summary>Reads the partitions of an MBR: four primary ones, and chains of logical ones.</summary>
/// <remarks>
/// <code>
///   MBR                 link at E                     link at E + n
///   entry 2: extended   entry 1: partition, from E    entry 1: partition, from E + n
///     from E            entry 2: next link, E + n     entry 2: unused, the end
/// </code>
/// </remarks>
internal sealed class MbrReader(IBlockDevice device, List<string> findings)
{
    private const int FirstLogicalIndex = 5;

    // LIMIT: as many as Linux has numbers for, and the same for links, since a link may hold no partition at all. A
    // chain of chance or malice ends here.
    private const int LogicalCountMax = 251;

    private readonly TableReader _table = new(device, findings);
    private readonly List<(PartitionSpan Span, PartitionEntry Entry)> _found = [];
    private uint _diskSignature;

    public async ValueTask<IReadOnlyList<PartitionEntry>> ReadAsync(
        MasterBootRecord record, CancellationToken cancellationToken)
    {
        _diskSignature = record.DiskSignature;
        MbrEntry[] entries = record.Entries;
        var containers = new List<PartitionSpan>();
        for (int i = 0; i < entries.Length; i++)
        {
            MbrEntry entry = entries[i];
            var span = new PartitionSpan($"Partition {i + 1}", entry.FirstBlock, entry.BlockCount);
            if (!entry.IsUsed || !span.Fits(device.BlockCount, findings))
            {
                continue;
            }

            if (entry.IsExtended)
            {
                containers.Add(span);
            }
            else
            {
                Add(span, i + 1, entry.Type);
            }
        }

        // Overlaps are looked for on each level: a logical partition does lie in its container.
        HashSet<PartitionSpan> bad = PartitionSpan.FindOverlapping(
            [.. containers, .. _found.Select(each => each.Span)], findings);
        int nextIndex = FirstLogicalIndex;
        foreach (PartitionSpan container in containers.Where(container => !bad.Contains(container)))
        {
            int primaryCount = _found.Count;
            nextIndex = await ReadChainAsync(container, nextIndex, cancellationToken);
            bad.UnionWith(PartitionSpan.FindOverlapping(
                _found.Skip(primaryCount).Select(each => each.Span), findings));
        }

        return [.. _found.Where(each => !bad.Contains(each.Span)).Select(each => each.Entry)];
    }

    private async ValueTask<int> ReadChainAsync(
        PartitionSpan container, int nextIndex, CancellationToken cancellationToken)
    {
        var visited = new HashSet<ulong>();
        ulong? link = container.First;
        while (link is { } block)
        {
            bool isTooLong = visited.Count >= LogicalCountMax || nextIndex >= FirstLogicalIndex + LogicalCountMax;
            if (isTooLong || !visited.Add(block))
            {
                findings.Add($"The chain of logical partitions in {container.Label} does not end at block {block}.");
                break;
            }

            if (await ReadLinkAsync(block, cancellationToken) is not { } record)
            {
                findings.Add($"The chain of logical partitions in {container.Label} is broken at block {block}.");
                break;
            }

            nextIndex = AddLogical(record, block, container, nextIndex);
            link = NextLink(record, container);
        }

        return nextIndex;
    }

    private async ValueTask<MasterBootRecord?> ReadLinkAsync(ulong block, CancellationToken cancellationToken)
    {
        byte[]? content = await _table.TryReadAsync(new(block, 1), cancellationToken);
        return content is not null && MasterBootRecord.HasSignature(content) ? MasterBootRecord.Read(content) : null;
    }

    // The number is spent on a partition that cannot be used too, or all that follow would change theirs.
    private int AddLogical(MasterBootRecord record, ulong link, PartitionSpan container, int index)
    {
        foreach (MbrEntry entry in record.Entries.Take(2).Where(entry => entry.IsUsed && !entry.IsExtended))
        {
            var span = new PartitionSpan($"Partition {index}", link + entry.FirstBlock, entry.BlockCount);
            if (span.First < container.First || span.Last > container.Last)
            {
                findings.Add($"{span.Label} leaves the extended partition that it belongs to.");
            }
            else if (span.Fits(device.BlockCount, findings))
            {
                Add(span, index, entry.Type);
            }

            index++;
        }

        return index;
    }

    private ulong? NextLink(MasterBootRecord record, PartitionSpan container)
    {
        MbrEntry next = record.Entries.FirstOrDefault(entry => entry.IsExtended);
        if (!next.IsUsed)
        {
            return null;
        }

        ulong block = container.First + next.FirstBlock;
        if (block <= container.Last)
        {
            return block;
        }

        findings.Add($"The chain of logical partitions leaves {container.Label} for block {block}.");
        return null;
    }

    private void Add(PartitionSpan span, int index, byte type)
    {
        _found.Add((span, new()
        {
            Index = index,
            FirstBlock = span.First,
            BlockCount = span.Count,
            TypeName = PartitionTypes.NameOf(type),
            TypeId = $"{type:x2}",
            UniqueId = _diskSignature == 0 ? "" : $"{_diskSignature:x8}-{index:x2}",
        }));
    }
}
