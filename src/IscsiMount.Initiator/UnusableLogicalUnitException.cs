using IscsiMount.Primitives;

namespace IscsiMount.Initiator;

/// <summary>There is no disk behind a logical unit number, or none that can be used.</summary>
public sealed class UnusableLogicalUnitException(LogicalUnitNumber lun, string reason)
    : StorageFaultException(FaultScope.Command, $"Logical unit {lun} cannot be used: {reason}")
{
    public LogicalUnitNumber Lun { get; } = lun;
}
