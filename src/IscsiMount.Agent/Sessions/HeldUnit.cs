using IscsiMount.Agent.Volumes;
using IscsiMount.Block.Partitions;
using IscsiMount.Initiator;
using IscsiMount.Primitives;

namespace IscsiMount.Agent.Sessions;

/// <summary>A logical unit of a session with what was found on it, or the reason why nothing could be.</summary>
internal sealed record HeldUnit
{
    public required LogicalUnitNumber Lun { get; init; }

    /// <summary>Null where the unit cannot be used.</summary>
    public LogicalUnit? Device { get; init; }

    /// <summary>Null where the unit could not be read.</summary>
    public PartitionScan? Scan { get; init; }

    public IReadOnlyList<HeldVolume> Volumes { get; init; } = [];

    /// <summary>Why it cannot be used or read.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether that is a fault. A controller that is no disk is none.</summary>
    public bool IsFaulty { get; init; }
}
