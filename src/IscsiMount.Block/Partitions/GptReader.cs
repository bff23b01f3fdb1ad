using IscsiMount.Block.Partitions.Layout;

namespace IscsiMount.Block.Partitions;

/// <summary>Reads the partitions of a GPT, from the backup at the end if the primary is damaged.</summary>
internal sealed class GptReader(IBlockDevice device, List<string> findings)
{
    private const ulong PrimaryBlock = 1;

    private readonly TableReader _table = new(device, findings);

    private ulong LastBlock => device.BlockCount - 1;

    public async ValueTask<bool> HasPrimaryHeaderAsync(CancellationToken cancellationToken)
    {
        byte[]? block = await _table.TryReadAsync(new(PrimaryBlock, 1), cancellationToken);
        return block is not null && GptHeader.TryRead(block, PrimaryBlock, out _) is null;
    }

    public async ValueTask<IReadOnlyList<PartitionEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        Table primary = await ReadTableAsync(PrimaryBlock, cancellationToken);
        Table backup = await ReadTableAsync(LastBlock, cancellationToken);
        if (primary.Problem is null)
        {
            await CompareAsync(primary, backup, cancellationToken);
            return ReadEntries(primary);
        }

        findings.Add($"The primary GPT cannot be used: {primary.Problem}.");
        if (backup.Problem is null)
        {
            findings.Add($"The backup GPT at block {LastBlock} is used instead.");
            return ReadEntries(backup);
        }

        findings.Add($"The backup GPT cannot be used either: {backup.Problem}.");
        await LookForOtherBlockLengthAsync(cancellationToken);
        return [];
    }

    private async ValueTask<Table> ReadTableAsync(ulong number, CancellationToken cancellationToken)
    {
        byte[]? block = await _table.TryReadAsync(new(number, 1), cancellationToken);
        if (block is null)
        {
            return new(default, [], $"block {number} is not there");
        }

        if (GptHeader.TryRead(block, number, out GptHeader header) is { } problem)
        {
            return new(default, [], $"the header in block {number} is damaged, {problem}");
        }

        uint blocks = (uint)((header.EntriesLength + device.BlockLength - 1) / device.BlockLength);
        byte[]? content = await _table.TryReadAsync(new(header.EntriesBlock, blocks), cancellationToken);
        if (content is null)
        {
            return new(header, [], $"its entries in block {header.EntriesBlock} are not there");
        }

        byte[] entries = content[..header.EntriesLength];
        return Crc32.Append(0, entries) == header.EntriesCrc
            ? new(header, entries, null)
            : new(header, [], $"the checksum of its entries in block {header.EntriesBlock} is wrong");
    }

    private async ValueTask CompareAsync(Table primary, Table backup, CancellationToken cancellationToken)
    {
        GptHeader header = primary.Header;
        if (header.OtherBlock != LastBlock)
        {
            findings.Add(header.OtherBlock < LastBlock
                ? $"The backup GPT is at block {header.OtherBlock} and not at the end: the device has grown."
                : $"The backup GPT should be at block {header.OtherBlock}: the device has been cut.");
            backup = await ReadTableAsync(header.OtherBlock, cancellationToken);
        }

        if (backup.Problem is not null)
        {
            findings.Add($"The backup GPT cannot be used: {backup.Problem}.");
        }
        else if (backup.Header.DiskId != header.DiskId || backup.Header.EntriesCrc != header.EntriesCrc)
        {
            findings.Add("The backup GPT is another one than the primary, which is used.");
        }
    }

    private List<PartitionEntry> ReadEntries(Table table)
    {
        var found = new List<(PartitionSpan Span, PartitionEntry Entry)>();
        for (int i = 0; i < (int)table.Header.EntryCount; i++)
        {
            var entry = GptEntry.Read(table.Entries.AsSpan(i * (int)table.Header.EntryLength));
            if (entry.IsUsed && TrySpan(entry, i + 1, table.Header) is { } span)
            {
                found.Add((span, new()
                {
                    Index = i + 1,
                    FirstBlock = span.First,
                    BlockCount = span.Count,
                    TypeName = PartitionTypes.NameOf(entry.TypeId),
                    TypeId = entry.TypeId.ToString(),
                    Name = entry.Name,
                    UniqueId = entry.UniqueId.ToString(),
                }));
            }
        }

        HashSet<PartitionSpan> bad = PartitionSpan.FindOverlapping(found.Select(each => each.Span), findings);
        return [.. found.Where(each => !bad.Contains(each.Span)).Select(each => each.Entry)];
    }

    private PartitionSpan? TrySpan(GptEntry entry, int index, GptHeader header)
    {
        string label = $"Partition {index}";
        if (entry.LastBlock < entry.FirstBlock || entry.LastBlock == ulong.MaxValue)
        {
            findings.Add($"{label} ends at block {entry.LastBlock}, before it begins at block {entry.FirstBlock}.");
            return null;
        }

        var span = new PartitionSpan(label, entry.FirstBlock, entry.LastBlock - entry.FirstBlock + 1);
        if (!span.Fits(device.BlockCount, findings))
        {
            return null;
        }

        if (entry.FirstBlock >= header.FirstUsableBlock && entry.LastBlock <= header.LastUsableBlock)
        {
            return span;
        }

        findings.Add($"{label} lies where the table itself is.");
        return null;
    }

    // A table made for another block length is whole, only not where this device has it. Users who meet this have
    // given the wrong block length to a target.
    private async ValueTask LookForOtherBlockLengthAsync(CancellationToken cancellationToken)
    {
        const int Reach = 4096;

        uint blocks = (uint)Math.Max(1, 2 * Reach / device.BlockLength);
        byte[]? start = await _table.TryReadAsync(new(0, blocks), cancellationToken);
        foreach (int blockLength in new[] { 512, 4096 })
        {
            if (blockLength != device.BlockLength && start is not null && GptHeader.HasMagic(start.AsSpan(blockLength)))
            {
                findings.Add(
                    $"The GPT was made for blocks of {blockLength} bytes, the device has {device.BlockLength}.");
            }
        }
    }

    private readonly record struct Table(GptHeader Header, byte[] Entries, string? Problem);
}
