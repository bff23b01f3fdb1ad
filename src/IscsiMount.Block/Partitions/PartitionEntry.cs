namespace IscsiMount.Block.Partitions;

/// <summary>A part of a device that may hold a volume.</summary>
public sealed record PartitionEntry
{
    /// <summary>
    /// As Linux counts: from 1, in an MBR logical partitions from 5. Zero is the whole of a device without a table.
    /// </summary>
    public required int Index { get; init; }

    public required ulong FirstBlock { get; init; }

    public required ulong BlockCount { get; init; }

    /// <summary>What the table says that it holds, in words. Its content decides, not this.</summary>
    public required string TypeName { get; init; }

    /// <summary>Two hexadecimal digits in an MBR, a GUID in a GPT, empty for a whole device.</summary>
    public required string TypeId { get; init; }

    /// <summary>The name that somebody gave it, or nothing.</summary>
    public string Name { get; init; } = "";

    /// <summary>As Linux writes PARTUUID: a GUID, or disk signature and index. Empty if unknown.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>The window onto the device, for which the device must outlive it.</summary>
    public PartitionBlockDevice Open(IBlockDevice device) => new(device, FirstBlock, BlockCount);
}
