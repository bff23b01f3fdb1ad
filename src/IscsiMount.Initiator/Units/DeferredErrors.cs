using System.Collections.Concurrent;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// Writes that were reported as good and failed later. The command that happened to hear of it is innocent; whoever
/// flushes next has to know. One for each logical unit, from any thread.
/// </summary>
internal sealed class DeferredErrors
{
    private readonly ConcurrentDictionary<LogicalUnitNumber, SenseData> _errors = new();

    public void Keep(LogicalUnitNumber lun, SenseData sense) => _errors.TryAdd(lun, sense);

    public SenseData? Take(LogicalUnitNumber lun) => _errors.TryRemove(lun, out SenseData sense) ? sense : null;
}
