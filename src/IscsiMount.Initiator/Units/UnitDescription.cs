using IscsiMount.Scsi.Capacity;

namespace IscsiMount.Initiator.Units;

/// <summary>What probing has found out about a logical unit.</summary>
internal sealed record UnitDescription
{
    public required LogicalUnitIdentity Identity { get; init; }

    public required LogicalUnitCapacity Capacity { get; init; }

    public required bool IsWriteProtected { get; init; }

    /// <summary>
    /// Whether a write may be lost with the power until a flush. Where the unit does not tell, it may.
    /// </summary>
    public required bool HasVolatileCache { get; init; }

    public required UnitLimits Limits { get; init; }

    public required bool IsThin { get; init; }
}
