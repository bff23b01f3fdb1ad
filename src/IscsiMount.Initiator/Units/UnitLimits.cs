using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Mode;

namespace IscsiMount.Initiator.Units;

/// <summary>What a logical unit can do and how much of it at once, by its own word. Counts are of blocks.</summary>
public sealed record UnitLimits
{
    /// <summary>What one read or write may move; 0 if no limit is named.</summary>
    public uint TransferBlocksMax { get; init; }

    /// <summary>What one read or write should move; 0 if the unit has no wish.</summary>
    public uint TransferBlocksOptimal { get; init; }

    /// <summary>What can be compared and written at once; 0 if the unit does not do that.</summary>
    public int CompareAndWriteBlocksMax { get; init; }

    /// <summary>Whether a write may be durable before its status.</summary>
    public bool SupportsForceUnitAccess { get; init; }

    /// <summary>Whether the space of blocks can be taken by UNMAP.</summary>
    public bool CanUnmap { get; init; }

    /// <summary>
    /// Whether the space of blocks can be taken by WRITE SAME, which then still promises their content.
    /// </summary>
    public bool CanUnmapByWriteSame { get; init; }

    /// <summary>Whether blocks without space read as zeros.</summary>
    public bool UnmappedReadsZeros { get; init; }

    /// <summary>What one UNMAP may name in all.</summary>
    public uint UnmapBlocksMax { get; init; }

    /// <summary>How many runs one UNMAP may name.</summary>
    public uint UnmapRunsMax { get; init; }

    /// <summary>The smallest piece of space that can be taken, at least 1.</summary>
    public uint UnmapGranularity { get; init; } = 1;

    /// <summary>The first block at which such a piece begins.</summary>
    public uint UnmapAlignment { get; init; }

    /// <summary>What one WRITE SAME may write; 0 if no limit is named.</summary>
    public ulong WriteSameBlocksMax { get; init; }

    internal static UnitLimits Of(BlockLimits? limits, LogicalBlockProvisioning? provisioning, ModeParameters? mode)
    {
        uint granularity = Math.Max(1, limits?.UnmapGranularity ?? 1);
        return new UnitLimits
        {
            TransferBlocksMax = limits?.TransferBlocksMax ?? 0,
            TransferBlocksOptimal = limits?.TransferBlocksOptimal ?? 0,
            CompareAndWriteBlocksMax = limits?.CompareAndWriteBlocksMax ?? 0,
            SupportsForceUnitAccess = mode?.SupportsForceUnitAccess ?? false,
            CanUnmap = provisioning is { SupportsUnmap: true } && limits is { UnmapBlocksMax: > 0 },
            CanUnmapByWriteSame = provisioning?.SupportsWriteSame16Unmap ?? false,
            UnmappedReadsZeros = (provisioning?.UnmappedRead & 0x01) == 0x01,
            UnmapBlocksMax = limits?.UnmapBlocksMax ?? 0,
            UnmapRunsMax = Math.Max(1, limits?.UnmapDescriptorsMax ?? 1),
            UnmapGranularity = granularity,
            UnmapAlignment = (limits?.UnmapAlignment ?? 0) % granularity,
            WriteSameBlocksMax = limits?.WriteSameBlocksMax ?? 0,
        };
    }
}
