using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>The units of a target, as REPORT LUNS tells them.</summary>
internal sealed class UnitInventory(IEnumerable<LogicalUnitDefinition> units)
{
    private readonly LogicalUnitList _units = LogicalUnitList.Of(
        [.. units.Select(unit => LogicalUnitNumber.FromIndex(unit.Lun)).OrderBy(number => number.Value)]);

    public CommandPlan PlanReportLuns(in CdbBytes cdb)
    {
        ReportLuns command = ReportLuns.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        // There are no well known units, so asking for those alone is answered by an empty list.
        LogicalUnitList list = command.Selection == LunSelection.WellKnown ? LogicalUnitList.Of([]) : _units;
        return Plans.Say(list, command.AllocationLength) with { PassesAttention = true };
    }
}
