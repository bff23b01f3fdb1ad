using IscsiMount.Initiator.Connections;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator.Sessions;

/// <summary>
/// Looks at the logical units behind a new connection before anything is sent to them: a number may belong to another
/// disk by now, and writing to that would destroy it.
/// </summary>
internal sealed class UnitRecognition(UnitRegister units, string target, TimeProvider time, ILogger logger)
{
    // LIMIT: a target that has just started may show its units late. After so many looks a missing one is gone, and the
    // others wait for it no longer.
    private const int MissesMax = 4;

    /// <summary>Looks for all units, and goes over to the connection.</summary>
    /// <exception cref="StorageFaultException">The connection is of no use, or a unit is not there yet.</exception>
    public async Task RunAsync(Connection connection, CancellationToken cancellationToken)
    {
        var runner = new CommandRunner(connection, time, units);
        do
        {
            foreach (UnitStanding unit in units.All.Where(unit => !unit.IsRecognizedOn(connection.Tasks!)))
            {
                await LookForAsync(unit, runner, connection, cancellationToken);
            }
        }
        while (!units.TrySwitch(connection.Tasks!));
    }

    private async Task LookForAsync(
        UnitStanding unit, CommandRunner runner, Connection connection, CancellationToken cancellationToken)
    {
        try
        {
            UnitDescription found = await new UnitProbe(runner, unit.Lun, cancellationToken).RunAsync();
            if (Difference(unit.Description, found) is { } difference)
            {
                TakeOffline(unit, new UnusableLogicalUnitException(
                    unit.Lun, $"it is not the one that was opened: {difference}"));
            }
            else
            {
                unit.Recognize(connection.Tasks!);
            }
        }
        catch (StorageFaultException fault) when (fault.Scope == FaultScope.Command)
        {
            unit.MissedCount++;
            if (unit.MissedCount < MissesMax)
            {
                throw;
            }

            TakeOffline(unit, fault);
        }
    }

    private void TakeOffline(UnitStanding unit, StorageFaultException reason)
    {
        unit.TakeOffline(reason);
        logger.UnitOffline(reason, target, unit.Lun);
    }

    private static string? Difference(UnitDescription opened, UnitDescription found)
    {
        if (opened.Identity.PermanentName != found.Identity.PermanentName
            || opened.Identity.Vendor != found.Identity.Vendor
            || opened.Identity.Product != found.Identity.Product)
        {
            return $"it was {NameOf(opened.Identity)} and is {NameOf(found.Identity)}.";
        }

        if (opened.Capacity.BlockLength != found.Capacity.BlockLength)
        {
            return $"its blocks had {opened.Capacity.BlockLength} bytes and have {found.Capacity.BlockLength}.";
        }

        return found.Capacity.BlockCount < opened.Capacity.BlockCount
            ? $"it had {opened.Capacity.BlockCount} blocks and has {found.Capacity.BlockCount}."
            : null;
    }

    private static string NameOf(LogicalUnitIdentity identity) =>
        identity.PermanentName ?? $"{identity.Vendor} {identity.Product}";
}
