using IscsiMount.Agent.Sessions;
using IscsiMount.Block;
using IscsiMount.Block.Partitions;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Transport.Tcp;

namespace IscsiMount.Agent.Direct;

/// <summary>Opens the sessions of a <see cref="DirectUnit"/>, and finds its unit in each of them.</summary>
internal sealed class DirectUnitOpener(LoginRequest request, DirectServices services)
{
    private readonly InitiatorServices _initiator = new(
        services.Time, services.Chance, services.Loggers, new TcpConnector(services.Time));

    public async Task<DirectUnit> OpenAsync(int sessionCount, CancellationToken cancellationToken)
    {
        PortalAddress portal = LoginPlan.Portal(request.Portal);
        AgentSettings settings = services.Settings;
        string name = OwnName.ReadOrMake(settings.Paths, settings.InitiatorName, services.Unpredictable);
        SessionOptions options = LoginPlan.Options(request, settings with { InitiatorName = name });
        HeldChap? chap = new ChapPlan(services.Unpredictable).Take(request.Chap);
        var sessions = new List<Session>();
        try
        {
            IscsiName target = await TargetAsync(portal, chap?.AtDiscovery(options) ?? options, cancellationToken);
            options = chap?.AtLogin(options) ?? options;
            for (int i = 0; i < sessionCount; i++)
            {
                sessions.Add(
                    await Session.LoginAsync(portal, target.Value, options, _initiator, cancellationToken));
            }

            return await OpenUnitAsync(sessions, target, chap, cancellationToken);
        }
        catch (LoginRefusedException refused) when (refused.IsAuthentication)
        {
            await DirectUnit.LogoutAsync(sessions, services.Time);
            chap?.Dispose();
            throw AuthenticationProblems.Of(refused, $"The logical unit at {portal} cannot be opened.", chap);
        }
        catch (StorageFaultException fault)
        {
            await DirectUnit.LogoutAsync(sessions, services.Time);
            chap?.Dispose();
            throw FaultProblems.Of(fault, $"The logical unit at {portal} cannot be opened.");
        }
        catch
        {
            await DirectUnit.LogoutAsync(sessions, services.Time);
            chap?.Dispose();
            throw;
        }
    }

    private async Task<IscsiName> TargetAsync(
        PortalAddress portal, SessionOptions options, CancellationToken cancellationToken) =>
        request.Target is { } named
            ? LoginPlan.Target(named)
            : TargetCatalog.OnlyOf(
                await Discovery.SendTargetsAsync(portal, options, _initiator, cancellationToken), portal, options);

    private async Task<DirectUnit> OpenUnitAsync(
        List<Session> sessions, IscsiName target, HeldChap? chap, CancellationToken cancellationToken)
    {
        LogicalUnit first = await FindAsync(sessions[0], target, cancellationToken);
        var units = new List<LogicalUnit> { first };
        foreach (Session session in sessions.Skip(1))
        {
            units.Add(await session.OpenLogicalUnitAsync(first.Number, cancellationToken));
        }

        PartitionEntry? partition = request.Partition is { } wanted
            ? await PartitionAsync(first, wanted, cancellationToken)
            : null;
        return new DirectUnit(sessions, chap, services.Time)
        {
            Paths = [.. units.Select(unit => partition?.Open(unit) ?? (IBlockDevice)unit)],
            Report = Describe(first, target),
        };
    }

    private async Task<LogicalUnit> FindAsync(Session session, IscsiName target, CancellationToken cancellationToken)
    {
        LogicalUnitNumber[] all =
            [.. (await session.ReportLunsAsync(cancellationToken)).Where(lun => !lun.IsWellKnown)];
        if (request.Lun is { } wanted)
        {
            LogicalUnitNumber[] named = [.. all.Where(lun => LunNumber.Of(lun) == wanted)];
            return named.Length > 0
                ? await session.OpenLogicalUnitAsync(named[0], cancellationToken)
                : throw new ControlException(
                    ErrorCode.LunNotFound,
                    $"{target} has no logical unit {wanted}.",
                    hint: $"It has: {string.Join(", ", all.Select(LunNumber.Of))}.");
        }

        var disks = new List<LogicalUnit>();
        foreach (LogicalUnitNumber lun in all.Take(UnitOpener.UnitsMax))
        {
            await AddIfUsableAsync(session, lun, disks, cancellationToken);
        }

        return disks.Count == 1 ? disks[0] : throw new ControlException(
            disks.Count == 0 ? ErrorCode.LunNotFound : ErrorCode.WrongUsage,
            $"{target} has {disks.Count} disks, and none was chosen.",
            hint: disks.Count == 0 ? null : $"Choose with --lun: {Numbers(disks)}.");
    }

    private static string Numbers(IEnumerable<LogicalUnit> disks) =>
        string.Join(", ", disks.Select(disk => disk.Number));

    private static async Task AddIfUsableAsync(
        Session session, LogicalUnitNumber lun, List<LogicalUnit> disks, CancellationToken cancellationToken)
    {
        try
        {
            disks.Add(await session.OpenLogicalUnitAsync(lun, cancellationToken));
        }
        catch (UnusableLogicalUnitException)
        {
            // A controller, or nothing at all, is no disk that somebody could mean.
        }
    }

    private static async Task<PartitionEntry> PartitionAsync(
        LogicalUnit unit, int wanted, CancellationToken cancellationToken)
    {
        PartitionScan scan = await PartitionScanner.ScanAsync(unit, cancellationToken);
        return scan.Partitions.FirstOrDefault(partition => partition.Index == wanted)
            ?? throw new ControlException(
                ErrorCode.VolumeNotFound,
                $"There is no partition {wanted}.",
                hint: $"There are: {string.Join(", ", scan.Partitions.Select(partition => partition.Index))}.");
    }

    private static LunReport Describe(LogicalUnit unit, IscsiName target) => new()
    {
        Session = 0,
        Lun = LunNumber.Of(unit.Number),
        Target = target.Value,
        Vendor = unit.Identity.Vendor,
        Product = unit.Identity.Product,
        SerialNumber = unit.Identity.SerialNumber,
        BlockLength = unit.BlockLength,
        BlockCount = unit.BlockCount,
        SizeBytes = (long)unit.BlockCount * unit.BlockLength,
        IsWriteProtected = unit.Traits.IsReadOnly,
    };
}
