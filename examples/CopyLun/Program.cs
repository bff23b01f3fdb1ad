// Copies a logical unit to a file: CopyLun PORTAL TARGET LUN FILE
using System.Globalization;
using IscsiMount.Block.Streams;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

if (args is not [string portalText, string target, string lunText, string file]
    || !PortalAddress.TryParse(portalText, out PortalAddress? portal)
    || !int.TryParse(lunText, CultureInfo.InvariantCulture, out int lun))
{
    await Console.Error.WriteLineAsync("Usage: CopyLun PORTAL TARGET LUN FILE");
    return 2;
}

// Time and chance are arguments, so that a test can put its own in their place.
TimeProvider time = TimeProvider.System;
var services = new InitiatorServices(time, new Random(), NullLoggerFactory.Instance, new TcpConnector(time));
var options = new SessionOptions { InitiatorName = "iqn.2026-01.example:copy" };

try
{
    await using Session session = await Session.LoginAsync(portal, target, options, services, CancellationToken.None);
    LogicalUnit unit = await session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(lun), CancellationToken.None);
    await using BlockStream source = unit.AsStream();
    await using FileStream copy = File.Create(file);

    // A read of the stream becomes as many commands at once as the unit takes, so large pieces are fast.
    await source.CopyToAsync(copy, 4 * 1024 * 1024);
    Console.WriteLine($"Copied {source.Length} bytes of {unit.Identity.Vendor} {unit.Identity.Product}.");
    return 0;
}
catch (StorageFaultException fault)
{
    await Console.Error.WriteLineAsync($"The copy is not complete: {fault.Message}");
    return 1;
}
