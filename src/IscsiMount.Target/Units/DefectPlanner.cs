using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>READ DEFECT DATA: what is behind a unit here has no defects that it could tell of, and says so.</summary>
internal static class DefectPlanner
{
    public static CommandPlan PlanReadDefectData(in CdbBytes cdb)
    {
        ReadDefects command = ReadDefects.Read(cdb);
        var none = new DefectList
        {
            Form = command.Form,
            HasFactoryList = command.WantsFactoryList,
            HasGrownList = command.WantsGrownList,
            Format = command.Format,
        };
        return Plans.Say(none, command.AllocationLength);
    }
}
