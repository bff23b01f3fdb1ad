using System.Collections.Frozen;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>Which of the commands of a disk it is that came, and the report of all that there are.</summary>
internal sealed class DiskOperations
{
    private static readonly FrozenDictionary<OperationCode, Operation[]> OfThickDisk =
        ByCode(DiskOperationTable.All.Where(operation => !operation.IsOfThinDisk));

    private static readonly FrozenDictionary<OperationCode, Operation[]> OfThinDisk = ByCode(DiskOperationTable.All);

    private readonly FrozenDictionary<OperationCode, Operation[]> _operations;

    private DiskOperations(FrozenDictionary<OperationCode, Operation[]> operations) => _operations = operations;

    public static DiskOperations Thick { get; } = new(OfThickDisk);

    public static DiskOperations Thin { get; } = new(OfThinDisk);

    /// <summary>In rising order, as they are reported.</summary>
    public IEnumerable<Operation> All => _operations.Values
        .SelectMany(operations => operations)
        .OrderBy(operation => operation.Code)
        .ThenBy(operation => operation.ServiceAction);

    /// <summary>The operation that a command block asks for, or why there is none.</summary>
    public Operation? Find(in CdbBytes cdb, out SenseData refusal)
    {
        refusal = default;
        if (!_operations.TryGetValue((OperationCode)cdb[0], out Operation[]? operations))
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

    public CommandPlan PlanReport(in CdbBytes cdb)
    {
        ReportSupportedOperationCodes command = ReportSupportedOperationCodes.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        if (command.Reporting != OperationReporting.All)
        {
            return PlanReportOne(command);
        }

        var all = new SupportedOperations
        {
            Operations = [.. All.Select(each => each.Summary)],
            WithTimeouts = command.WithTimeouts,
        };
        return Plans.Say(all, command.AllocationLength);
    }

    private CommandPlan PlanReportOne(ReportSupportedOperationCodes command)
    {
        Operation[] operations = _operations.GetValueOrDefault(command.RequestedOperation, []);
        bool hasActions = Array.Exists(operations, each => each.ServiceAction is not null);
        bool asksForAction = command.Reporting == OperationReporting.OneWithServiceAction;
        if (operations.Length > 0 && hasActions != asksForAction)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2, 2)));
        }

        Operation? found = Array.Find(
            operations, each => each.ServiceAction is not { } action || action == command.RequestedServiceAction);
        OperationSupport support = found?.Support ?? new OperationSupport { Level = SupportLevel.None };
        return Plans.Say(support with { WithTimeouts = command.WithTimeouts }, command.AllocationLength);
    }

    private static FrozenDictionary<OperationCode, Operation[]> ByCode(IEnumerable<Operation> operations) => operations
        .GroupBy(operation => operation.Code)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());
}
