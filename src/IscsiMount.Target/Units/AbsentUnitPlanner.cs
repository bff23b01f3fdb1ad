using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>
/// Answers for numbers without a unit: INQUIRY says so, REPORT LUNS tells which there are, everything else fails
/// (SPC-4, incorrect logical unit selection).
/// </summary>
internal sealed class AbsentUnitPlanner(UnitInventory inventory) : IUnitPlanner
{
    private static readonly SenseData NotSupported =
        SenseData.IllegalRequest(AdditionalSense.LogicalUnitNotSupported);

    private static readonly InquiryData Nothing = new()
    {
        Peripheral = Peripheral.Absent,
        Vendor = "",
        Product = "",
        Revision = "",
    };

    public CommandPlan Plan(in CdbBytes cdb) => (OperationCode)cdb[0] switch
    {
        OperationCode.Inquiry => PlanInquiry(cdb),
        OperationCode.ReportLuns => inventory.PlanReportLuns(cdb),
        OperationCode.RequestSense => PlanRequestSense(cdb),
        _ => CommandPlan.Refuse(NotSupported),
    };

    private static CommandPlan PlanInquiry(in CdbBytes cdb)
    {
        Inquiry command = Inquiry.Read(cdb);
        return command.IsVitalProductPage || command.InvalidField is not null
            ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(command.InvalidField ?? new CdbField(1, 0)))
            : Plans.Say(Nothing, command.AllocationLength);
    }

    private static CommandPlan PlanRequestSense(in CdbBytes cdb)
    {
        RequestSense command = RequestSense.Read(cdb);
        byte[] bytes = new byte[SenseData.LengthMax];
        int length = NotSupported.Write(bytes, command.Format);
        return CommandPlan.Say(bytes.AsMemory(0, Math.Min(length, command.AllocationLength)));
    }
}
