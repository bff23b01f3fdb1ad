using IscsiMount.Primitives;

namespace IscsiMount.Initiator;

/// <summary>
/// A logical unit was restarted before writes that it had acknowledged were flushed, so they may be gone. From then on
/// it is neither written to nor flushed: whoever wrote has to find out what is there, and open the unit anew.
/// </summary>
public sealed class LostWritesException(LogicalUnitNumber lun, long writeCount) : StorageFaultException(
    FaultScope.Volume,
    $"Logical unit {lun} was restarted before {writeCount} writes that it had acknowledged were flushed. "
    + "They may be lost.")
{
    public LogicalUnitNumber Lun { get; } = lun;

    /// <summary>How many writes, as commands, the unit may have lost.</summary>
    public long WriteCount { get; } = writeCount;
}
