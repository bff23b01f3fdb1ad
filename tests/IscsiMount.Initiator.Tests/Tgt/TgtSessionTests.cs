using IscsiMount.Block;
using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Login;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Transport;
using Xunit;

namespace IscsiMount.Initiator.Tests.Tgt;

public sealed class TgtSessionTests
{
    [Fact]
    public async Task Discovery_finds_the_target_and_its_portal()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();

        IReadOnlyList<DiscoveredTarget> targets = await Discovery.SendTargetsAsync(
            Initiators.Portal(disk.Target.Portal), Initiators.Options, Initiators.OverTcp(), CancellationToken.None);

        DiscoveredTarget target = Assert.Single(targets);
        Assert.Equal(TgtTarget.Name, target.Name.Value);
        Assert.Equal(disk.Target.Portal, Assert.Single(target.Addresses).Portal.ToString());
    }

    [Fact]
    public async Task A_session_shows_its_units_and_who_they_are()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();

        IReadOnlyList<LogicalUnitNumber> luns = await session.ReportLunsAsync(CancellationToken.None);
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);

        Assert.Equal([LogicalUnitNumber.FromIndex(0), TgtDisk.Lun], luns);
        Assert.Equal(((ulong)TgtDisk.Length / 512, 512), (unit.BlockCount, unit.BlockLength));
        Assert.Equal(("IET", "VIRTUAL-DISK"), (unit.Identity.Vendor, unit.Identity.Product));
        Assert.NotNull(unit.Identity.PermanentName);
        Assert.False(unit.Traits.IsReadOnly);
    }

    [Fact]
    public async Task The_controller_of_the_target_is_no_disk()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();

        var unusable = await Assert.ThrowsAsync<UnusableLogicalUnitException>(
            () => session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(0), CancellationToken.None));

        Assert.Equal(FaultScope.Command, unusable.Scope);
    }

    [Fact]
    public async Task An_unknown_target_is_refused_in_the_words_of_the_standard()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();

        var refused = await Assert.ThrowsAsync<LoginRefusedException>(() => Session.LoginAsync(
            Initiators.Portal(disk.Target.Portal),
            "iqn.2026-01.test.example:nobody",
            Initiators.Options,
            Initiators.OverTcp(),
            CancellationToken.None));

        Assert.Equal((LoginStatus.NotFound, false), (refused.Status, refused.IsAuthentication));
    }

    [Fact]
    public async Task A_target_that_demands_chap_refuses_for_authentication()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await disk.Target.DemandChapAsync("user", "a secret of some length");

        var refused = await Assert.ThrowsAsync<LoginRefusedException>(() => disk.LoginAsync());

        Assert.True(refused.IsAuthentication);
    }

    [Fact]
    public async Task A_port_without_target_is_a_refused_connection()
    {
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => Session.LoginAsync(
            Initiators.Portal($"127.0.0.1:{FreePort.Next()}"),
            TgtTarget.Name,
            Initiators.Options,
            Initiators.OverTcp(),
            CancellationToken.None));

        Assert.Equal(ConnectFailure.Refused, lost.Failure);
    }

    [Fact]
    public async Task A_ping_is_answered_and_a_snapshot_tells_of_the_work()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);
        byte[] buffer = new byte[1024 * 1024];

        TimeSpan answered = await session.PingAsync(CancellationToken.None);
        long before = session.Snapshot().BytesRead;
        await unit.ReadAsync(new BlockRange(0, 2048), buffer, CancellationToken.None);

        SessionSnapshot snapshot = session.Snapshot();
        Assert.True(answered > TimeSpan.Zero);
        Assert.Equal(buffer.Length, snapshot.BytesRead - before);
        Assert.Equal((SessionState.LoggedIn, 0), (snapshot.State, snapshot.CommandsUnderWay));
        Assert.Equal(disk.Target.Portal, snapshot.RemoteAddress);
    }

    [Fact]
    public async Task After_the_logout_calls_fail_with_the_reason_and_nothing_is_a_fault()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        Session session = await disk.LoginAsync();
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, CancellationToken.None);

        await session.LogoutAsync(CancellationToken.None);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(
            async () => await unit.ReadAsync(new BlockRange(0, 1), new byte[512], CancellationToken.None));
        Assert.Equal(SessionEndReason.LoggedOut, ended.Reason);
        Assert.Null(await session.Ended);
        Assert.Equal(SessionState.Ended, session.Snapshot().State);
    }
}
