using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>What our initiator makes of our target, beyond moving blocks.</summary>
public sealed class ServedTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact, Requirement("DISC-02", "DISC-05")]
    public async Task The_target_is_found_where_it_is()
    {
        await using ServedTarget target = await ServedTarget.StartAsync([new MemoryBlockDevice(2048)]);

        DiscoveredTarget found = Assert.Single(await target.DiscoverAsync());

        Assert.Equal(ServedTarget.Name, found.Name.Value);
        Assert.Equal(
            $"127.0.0.1:{target.Server.Snapshot().Portals[0].Port},1", Assert.Single(found.Addresses).ToWire());
    }

    [Fact, Requirement("SCSI-03", "SCSI-05", "SCSI-06")]
    public async Task The_units_are_reported_and_each_has_its_name()
    {
        await using ServedTarget target = await ServedTarget.StartAsync(
            [new MemoryBlockDevice(2048), new MemoryBlockDevice(512, 4096), new MemoryBlockDevice(4096)]);
        Session session = await target.LoginAsync();

        IReadOnlyList<LogicalUnitNumber> luns = await session.ReportLunsAsync(Token);
        LogicalUnit[] units = [.. await Task.WhenAll(luns.Select(lun => session.OpenLogicalUnitAsync(lun, Token)))];

        Assert.Equal(["0", "1", "2"], luns.Select(lun => lun.ToString()));
        Assert.Equal([2048UL, 512, 4096], units.Select(unit => unit.BlockCount));
        Assert.Equal([512, 4096, 512], units.Select(unit => unit.BlockLength));
        Assert.Equal(3, units.Select(unit => unit.Identity).Distinct().Count());
    }

    [Fact, Requirement("NOP-04")]
    public async Task A_ping_comes_back()
    {
        await using ServedTarget target = await ServedTarget.StartAsync([new MemoryBlockDevice(2048)]);
        Session session = await target.LoginAsync();

        Assert.True(await session.PingAsync(Token) > TimeSpan.Zero);
    }

    [Fact, Requirement("SESS-06", "TGT-03")]
    public async Task Several_hosts_use_one_disk_at_once()
    {
        await using ServedTarget target = await ServedTarget.StartAsync([new MemoryBlockDevice(64 * 1024)]);
        LogicalUnit[] units = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(async host =>
        {
            Session session = await target.LoginAsync(
                new SessionOptions { InitiatorName = $"iqn.2026-01.example:host{host}" });
            return await session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(0), Token);
        }))];

        // Each writes stripes of its own, all at the same time, and then reads those of its neighbour.
        await Task.WhenAll(units.SelectMany((unit, host) => Enumerable.Range(0, 64).Select(i =>
            unit.WriteAsync(Stripe(host, i), Content(host, i), Token).AsTask())));
        await Task.WhenAll(units.SelectMany((unit, host) => Enumerable.Range(0, 64).Select(async i =>
        {
            int neighbour = (host + 1) % units.Length;
            byte[] read = new byte[64 * 512];
            await unit.ReadAsync(Stripe(neighbour, i), read, Token);
            Assert.Equal(Content(neighbour, i), read);
        })));
    }

    [Fact, Requirement("LOGOUT-02", "SESS-05")]
    public async Task A_logout_leaves_nothing_behind()
    {
        await using ServedTarget target = await ServedTarget.StartAsync([new MemoryBlockDevice(2048)]);
        Session session = await target.LoginAsync();

        await session.LogoutAsync(Token);

        await Eventually.HoldsAsync(() => target.Server.Snapshot() is { ConnectionCount: 0, Sessions.Count: 0 });
    }

    [Fact, Requirement("ASYNC-06", "ASYNC-01", "TGT-09")]
    public async Task A_target_that_stops_is_left_in_order()
    {
        await using ServedTarget target = await ServedTarget.StartAsync(
            [new MemoryBlockDevice(2048)], stopGrace: TimeSpan.FromSeconds(20));
        Session session = await target.LoginAsync();

        await target.Server.StopAsync();
        await session.Ended;

        Assert.Equal(0, target.Server.Snapshot().ConnectionCount);
    }

    [Fact]
    public async Task A_device_that_fails_reaches_the_caller_as_a_fault_of_the_command()
    {
        var device = new FaultyDevice(new MemoryBlockDevice(2048), 2);
        await using ServedTarget target = await ServedTarget.StartAsync([device]);
        Session session = await target.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(0), Token);
        byte[] block = new byte[512];
        await unit.ReadAsync(new(5, 1), block, Token);

        var fault = await Assert.ThrowsAsync<ScsiCommandException>(
            async () => await unit.ReadAsync(new(6, 1), block, Token));

        Assert.Equal(FaultScope.Command, fault.Scope);
        await unit.ReadAsync(new(6, 1), block, Token);
    }

    private static BlockRange Stripe(int host, int index) => new((ulong)(((index * 4) + host) * 64), 64);

    private static byte[] Content(int host, int index)
    {
        byte[] content = new byte[64 * 512];
        new Random((host * 1000) + index).NextBytes(content);
        return content;
    }
}
