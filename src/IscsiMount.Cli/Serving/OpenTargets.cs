using IscsiMount.Protocol.Names;
using IscsiMount.Target;

namespace IscsiMount.Cli.Serving;

/// <summary>
/// The devices behind the targets that are served. A unit that is the same in the next plan keeps its device, as
/// sessions may use it.
/// </summary>
internal sealed class OpenTargets : IAsyncDisposable
{
    private readonly Dictionary<(IscsiName Target, LunPlan Lun), LogicalUnitDefinition> _open = [];

    /// <summary>Opens what a plan has more than the last one. Of what it has less, nothing is closed yet.</summary>
    /// <exception cref="Control.ControlException">Something cannot be opened, and nothing has changed.</exception>
    public async Task<IReadOnlyList<TargetDefinition>> OpenAsync(ServePlan plan)
    {
        var opened = new List<(IscsiName, LunPlan)>();
        try
        {
            return [.. plan.Targets.Select(target => new TargetDefinition
            {
                Name = target.Name,
                Alias = target.Alias,
                Access = target.Access,
                MovedTo = target.MovedTo,
                LogicalUnits = [.. target.Luns.Select(lun => Open(target.Name, lun, opened))],
            })];
        }
        catch
        {
            await CloseAsync(opened);
            throw;
        }
    }

    /// <summary>Closes what a plan does not have. Nobody uses it any more.</summary>
    public Task KeepAsync(ServePlan plan)
    {
        HashSet<(IscsiName, LunPlan)> kept =
            [.. plan.Targets.SelectMany(target => target.Luns.Select(lun => (target.Name, lun)))];
        return CloseAsync([.. _open.Keys.Where(key => !kept.Contains(key))]);
    }

    public async ValueTask DisposeAsync() => await CloseAsync([.. _open.Keys]);

    private LogicalUnitDefinition Open(IscsiName target, LunPlan lun, List<(IscsiName, LunPlan)> opened)
    {
        if (_open.TryGetValue((target, lun), out LogicalUnitDefinition? present))
        {
            return present;
        }

        var unit = new LogicalUnitDefinition
        {
            Lun = lun.Lun,
            Device = lun.Source.Open(lun.BlockLength, lun.IsReadOnly),
            IsReadOnly = lun.IsReadOnly,
            Serial = lun.Source.SerialOn(target.Value, lun.Lun),
            ReservationFile = lun.IsReadOnly ? null : lun.Source.ReservationFile,
        };
        _open.Add((target, lun), unit);
        opened.Add((target, lun));
        return unit;
    }

    private async Task CloseAsync(IReadOnlyList<(IscsiName, LunPlan)> keys)
    {
        foreach ((IscsiName, LunPlan) key in keys)
        {
            if (_open.Remove(key, out LogicalUnitDefinition? unit))
            {
                await unit.Device.DisposeAsync();
            }
        }
    }
}
