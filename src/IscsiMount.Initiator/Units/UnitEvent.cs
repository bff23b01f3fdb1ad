using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Units;

/// <summary>Something that a logical unit told beside the answer to a command: a unit attention.</summary>
/// <param name="Lun">The unit that told it, also where it is about all units of the target, such as their list.</param>
/// <param name="Topic">What should be looked at again.</param>
/// <param name="Detail">The unit's own words.</param>
public sealed record UnitEvent(LogicalUnitNumber Lun, AttentionTopic Topic, AdditionalSense Detail);
