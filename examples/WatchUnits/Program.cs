// Shows what a logical unit reports of itself, until Ctrl-C or the end of the session: WatchUnits PORTAL TARGET LUN
using System.Globalization;
using IscsiMount.Initiator;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Scsi.Unit;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

if (args is not [string portalText, string target, string lunText]
    || !PortalAddress.TryParse(portalText, out PortalAddress? portal)
    || !int.TryParse(lunText, CultureInfo.InvariantCulture, out int index))
{
    await Console.Error.WriteLineAsync("Usage: WatchUnits PORTAL TARGET LUN");
    return 2;
}

TimeProvider time = TimeProvider.System;
var services = new InitiatorServices(time, new Random(), NullLoggerFactory.Instance, new TcpConnector(time));
var options = new SessionOptions { InitiatorName = "iqn.2026-01.example:watch" };
var lun = LogicalUnitNumber.FromIndex(index);

try
{
    await using Session session = await Session.LoginAsync(portal, target, options, services, CancellationToken.None);
    await session.OpenLogicalUnitAsync(lun, CancellationToken.None);
    using UnitEventFeed feed = session.WatchUnits();
    Console.WriteLine("Watching.");
    Task asking = AskNowAndThenAsync(session);
    while (await feed.NextAsync(CancellationToken.None) is { } news)
    {
        Console.WriteLine($"Logical unit {news.Lun}: {news.Topic} ({news.Detail})");
    }

    await asking;
    return 0;
}
catch (StorageFaultException fault)
{
    await Console.Error.WriteLineAsync($"The watch is over: {fault.Message}");
    return 1;
}

// A unit tells its news with the next command that it gets, so it has to get some.
async Task AskNowAndThenAsync(Session session)
{
    while (!session.Ended.IsCompleted)
    {
        await session.ExecuteAsync(lun, new TestUnitReady(), CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(500), time);
    }
}
