using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Units;

/// <summary>One target in service.</summary>
internal sealed class TargetNode
{
    public TargetNode(TargetDefinition definition, TargetServerOptions options)
    {
        Definition = definition;
        var inventory = new UnitInventory(definition.LogicalUnits);
        AbsentUnit = new AbsentUnitPlanner(inventory);
        Units =
        [
            .. definition.LogicalUnits.Select(unit => new LogicalUnit(
                unit,
                new DiskPlanner(
                    unit, new DiskIdentity(unit, definition.Name.Value, options), inventory, options.TransferSizeMax))),
        ];
    }

    /// <summary>What it is at this moment. Its name and its units stay the same as long as it is served.</summary>
    public TargetDefinition Definition { get; set; }

    public IscsiName Name => Definition.Name;

    public IReadOnlyList<LogicalUnit> Units { get; }

    /// <summary>Answers for all numbers that are no units.</summary>
    public IUnitPlanner AbsentUnit { get; }
}
