using IscsiMount.Agent.Volumes;
using IscsiMount.Block;
using IscsiMount.Block.Partitions;
using IscsiMount.FileSystems;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>Opens the logical units of a session and finds out what is on them. It only reads.</summary>
internal sealed class UnitOpener(IReadOnlyList<IFileSystemFormat> formats)
{
    /// <summary>LIMIT: a target may report any number of units; nobody waits for more than these.</summary>
    public const int UnitsMax = 1024;

    /// <exception cref="StorageFaultException">The session is over, or does not say which units there are.</exception>
    public async Task<IReadOnlyList<HeldUnit>> OpenAllAsync(
        Session session, int sessionId, IscsiName target, CancellationToken cancellationToken)
    {
        IReadOnlyList<LogicalUnitNumber> luns = await session.ReportLunsAsync(cancellationToken);
        IEnumerable<Task<HeldUnit>> opening = luns
            .Where(lun => !lun.IsWellKnown)
            .Take(UnitsMax)
            .Select(lun => OpenAsync(session, lun, new(sessionId, LunNumber.Of(lun), 0), target, cancellationToken));
        return await Task.WhenAll(opening);
    }

    private async Task<HeldUnit> OpenAsync(
        Session session, LogicalUnitNumber lun, VolumeId unit, IscsiName target, CancellationToken cancellationToken)
    {
        LogicalUnit device;
        try
        {
            device = await session.OpenLogicalUnitAsync(lun, cancellationToken);
        }
        catch (StorageFaultException fault) when (fault.Scope == FaultScope.Command)
        {
            return new HeldUnit
            {
                Lun = lun,
                Reason = fault.Message,
                IsFaulty = fault is not UnusableLogicalUnitException,
            };
        }

        try
        {
            return await ScanAsync(lun, device, unit, target, cancellationToken);
        }
        catch (StorageFaultException fault) when (fault.Scope == FaultScope.Command)
        {
            return new HeldUnit { Lun = lun, Device = device, Reason = fault.Message, IsFaulty = true };
        }
    }

    private async Task<HeldUnit> ScanAsync(
        LogicalUnitNumber lun, LogicalUnit device, VolumeId unit, IscsiName target, CancellationToken cancellationToken)
    {
        PartitionScan scan = await PartitionScanner.ScanAsync(device, cancellationToken);
        var volumes = new List<HeldVolume>();
        foreach (PartitionEntry partition in scan.Partitions)
        {
            VolumeId id = unit with { Partition = partition.Index };
            PartitionBlockDevice window = partition.Open(device);
            (IFileSystemFormat? format, RecognizedVolume? found) = await RecognizeAsync(window, cancellationToken);
            volumes.Add(new HeldVolume
            {
                Id = id,
                Target = target.Value,
                Partition = partition,
                Device = window,
                Format = format,
                Found = found,
            });
        }

        return new HeldUnit { Lun = lun, Device = device, Scan = scan, Volumes = volumes };
    }

    private async Task<(IFileSystemFormat? Format, RecognizedVolume? Found)> RecognizeAsync(
        IBlockDevice device, CancellationToken cancellationToken)
    {
        foreach (IFileSystemFormat format in formats)
        {
            if (await format.RecognizeAsync(device, cancellationToken) is { } found)
            {
                return (format, found);
            }
        }

        return (null, null);
    }
}
