// Shows how a logical unit is divided: ListPartitions PORTAL TARGET LUN
using System.Globalization;
using IscsiMount.Block.Partitions;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

if (args is not [string portalText, string target, string lunText]
    || !PortalAddress.TryParse(portalText, out PortalAddress? portal)
    || !int.TryParse(lunText, CultureInfo.InvariantCulture, out int lun))
{
    await Console.Error.WriteLineAsync("Usage: ListPartitions PORTAL TARGET LUN");
    return 2;
}

TimeProvider time = TimeProvider.System;
var services = new InitiatorServices(time, new Random(), NullLoggerFactory.Instance, new TcpConnector(time));
var options = new SessionOptions { InitiatorName = "iqn.2026-01.example:partitions" };

try
{
    await using Session session = await Session.LoginAsync(portal, target, options, services, CancellationToken.None);
    LogicalUnit unit = await session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(lun), CancellationToken.None);

    // A table that is damaged is an answer; only a unit that cannot be read is a fault.
    PartitionScan scan = await PartitionScanner.ScanAsync(unit, CancellationToken.None);
    Console.WriteLine($"Scheme: {scan.Scheme}");
    foreach (PartitionEntry partition in scan.Partitions)
    {
        ulong size = partition.BlockCount * (ulong)unit.BlockLength;
        Console.WriteLine($"{partition.Index}: from block {partition.FirstBlock}, {size} bytes, {partition.TypeName}");
    }

    foreach (string finding in scan.Findings)
    {
        Console.WriteLine($"Note: {finding}");
    }

    return 0;
}
catch (StorageFaultException fault)
{
    await Console.Error.WriteLineAsync($"The unit cannot be read: {fault.Message}");
    return 1;
}
