using System.Collections.Frozen;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>All commands of a disk, as one table.</summary>
internal static class DiskOperations
{
    /// <summary>In rising order, as they are reported.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        new("000000000000", null, static (_, _) => CommandPlan.GoodIfReady),
        new("03010000FF00", null, static (_, cdb) => DiskPlanner.PlanRequestSense(cdb)),
        new("081FFFFFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("0A1FFFFFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("1201FFFFFF00", null, static (disk, cdb) => disk.Identity.PlanInquiry(cdb)),
        new("1A08FFFFFF00", null, static (disk, cdb) => disk.Modes.PlanModeSense(cdb)),
        new("1B01000FF700", null, static (_, cdb) => DiskPlanner.PlanStartStop(cdb)),
        new("1E0000000300", null, static (_, cdb) => DiskPlanner.PlanPreventRemoval(cdb)),
        new("2500FFFFFFFF00000100", null, static (disk, cdb) => disk.PlanReadCapacity10(cdb)),
        new("2818FFFFFFFF00FFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2A18FFFFFFFF00FFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2E16FFFFFFFF00FFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2F16FFFFFFFF00FFFF00", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("3506FFFFFFFF00FFFF00", null, static (disk, cdb) => disk.PlanSynchronizeCache(cdb)),
        new("5A18FFFF000000FFFF00", null, static (disk, cdb) => disk.Modes.PlanModeSense(cdb)),
        new("8818FFFFFFFFFFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("8A18FFFFFFFFFFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("8E16FFFFFFFFFFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("8F16FFFFFFFFFFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("9106FFFFFFFFFFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanSynchronizeCache(cdb)),
        new(
            "9E100000000000000000FFFFFFFF0000",
            ServiceAction.ReadCapacity16,
            static (disk, cdb) => disk.PlanReadCapacity16(cdb)),
        new("A000FF000000FFFFFFFF0000", null, static (disk, cdb) => disk.Inventory.PlanReportLuns(cdb)),
        new(
            "A30C87FFFFFFFFFFFFFF0000",
            ServiceAction.ReportSupportedOperationCodes,
            static (_, cdb) => PlanReport(cdb)),
        new("A818FFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AA18FFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AE16FFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AF16FFFFFFFFFFFFFFFF0000", null, static (disk, cdb) => disk.PlanTransfer(cdb)),
    ];

    // ORDER: behind the list that it is made of.
    private static readonly FrozenDictionary<OperationCode, Operation[]> ByCode =
        All.GroupBy(operation => operation.Code).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The operation that a command block asks for, or why there is none.</summary>
    public static Operation? Find(in CdbBytes cdb, out SenseData refusal)
    {
        refusal = default;
        if (!ByCode.TryGetValue((OperationCode)cdb[0], out Operation[]? operations))
        {
            refusal = SenseData.IllegalRequest(AdditionalSense.InvalidOperationCode);
            return null;
        }

        int serviceAction = cdb[1] & ServiceAction.Mask;
        Operation? found = Array.Find(operations, each => (each.ServiceAction ?? serviceAction) == serviceAction);
        CdbField? unknown = found is null ? new CdbField(1, 4) : found.FindUnknownBit(cdb);
        if (unknown is { } field)
        {
            refusal = SenseData.InvalidFieldInCdb(field);
            return null;
        }

        return found;
    }

    private static CommandPlan PlanReport(in CdbBytes cdb)
    {
        ReportSupportedOperationCodes command = ReportSupportedOperationCodes.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        var all = new SupportedOperations { Operations = [.. All.Select(each => each.Summary)] };
        return command.Reporting == OperationReporting.All
            ? Plans.Say(all, command.AllocationLength)
            : PlanReportOne(command);
    }

    private static CommandPlan PlanReportOne(ReportSupportedOperationCodes command)
    {
        Operation[] operations = ByCode.GetValueOrDefault(command.RequestedOperation, []);
        bool hasActions = Array.Exists(operations, each => each.ServiceAction is not null);
        bool asksForAction = command.Reporting == OperationReporting.OneWithServiceAction;
        if (operations.Length > 0 && hasActions != asksForAction)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2, 2)));
        }

        Operation? found = Array.Find(
            operations, each => each.ServiceAction is not { } action || action == command.RequestedServiceAction);
        return Plans.Say(
            found?.Support ?? new OperationSupport { Level = SupportLevel.None }, command.AllocationLength);
    }
}
