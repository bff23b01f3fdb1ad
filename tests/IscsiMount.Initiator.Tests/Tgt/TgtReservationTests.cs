using IscsiMount.Block;
using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Initiator.Units;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Initiator.Tests.Tgt;

/// <summary>
/// Two hosts and one disk of Debian's tgt: who may write, and how one learns that one may not any more.
/// </summary>
public sealed class TgtReservationTests
{
    private const ulong OurKey = 0xA1;
    private const ulong TheirKey = 0xB2;
    private const ReservationType Type = ReservationType.WriteExclusiveRegistrantsOnly;

    private static readonly SessionOptions Theirs = new() { InitiatorName = "iqn.2026-01.test.example:other" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reservation_keeps_others_from_writing_until_it_is_released()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session ourSession = await disk.LoginAsync();
        await using Session theirSession = await disk.LoginAsync(Theirs);
        LogicalUnit ours = await ourSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        LogicalUnit theirs = await theirSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);

        await ours.Reservations.RegisterAsync(0, OurKey, persists: false, Token);
        await ours.Reservations.ReserveAsync(OurKey, Type, Token);
        Assert.Equal([OurKey], (await theirs.Reservations.ReadKeysAsync(Token)).Keys);
        Assert.Equal((OurKey, Type), (await theirs.Reservations.ReadReservationAsync(Token)).Holder);
        await WriteAsync(ours);
        await MustConflictAsync(WriteAsync(theirs));
        await theirs.ReadAsync(new BlockRange(0, 1), new byte[512], Token);

        await ours.Reservations.ReleaseAsync(OurKey, Type, Token);
        await WriteAsync(theirs);
        await ours.Reservations.RegisterAsync(OurKey, 0, persists: false, Token);
        Assert.Empty((await ours.Reservations.ReadKeysAsync(Token)).Keys);
    }

    [Fact]
    public async Task Keys_are_what_lets_one_in()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session ourSession = await disk.LoginAsync();
        await using Session theirSession = await disk.LoginAsync(Theirs);
        UnitReservations ours = (await ourSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token)).Reservations;
        UnitReservations theirs = (await theirSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token)).Reservations;

        await MustConflictAsync(ours.ReserveAsync(OurKey, Type, Token));
        await ours.RegisterAnywayAsync(OurKey, persists: false, Token);
        await MustConflictAsync(ours.RegisterAsync(0x99, 0x98, persists: false, Token));
        await theirs.RegisterAsync(0, TheirKey, persists: false, Token);
        Assert.Equal([OurKey, TheirKey], (await ours.ReadKeysAsync(Token)).Keys.Order());
        Assert.False((await ours.ReadCapabilitiesAsync(Token)).DoesPersist);

        await ours.ClearAsync(OurKey, Token);
        Assert.Empty((await ours.ReadKeysAsync(Token)).Keys);
    }

    [Fact, Requirement("SCSI-29")]
    public async Task Who_is_preempted_hears_of_it_and_writes_no_more()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session ourSession = await disk.LoginAsync();
        await using Session theirSession = await disk.LoginAsync(Theirs);
        LogicalUnit ours = await ourSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        LogicalUnit theirs = await theirSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        using UnitEventFeed feed = ourSession.WatchUnits();
        var fence = new WriteFence(ours.Reservations, OurKey);
        Assert.Equal(FenceOutcome.Taken, await fence.TakeAsync(Token));
        Assert.True(await fence.StandsAsync(Token));

        await theirs.Reservations.RegisterAsync(0, TheirKey, persists: false, Token);
        await theirs.Reservations.PreemptAsync(TheirKey, OurKey, Type, abortsTasks: false, Token);

        Assert.False(await fence.StandsAsync(Token));
        await MustConflictAsync(WriteAsync(ours));
        UnitEvent? news = await feed.NextAsync(Token).AsTask().WaitAsync(ForeignTool.DefaultLimit, Token);
        Assert.Equal((TgtDisk.Lun, AttentionTopic.ReservationsChanged), (news!.Lun, news.Topic));
        await fence.ReleaseAsync(Token);
        Assert.Equal((TheirKey, Type), (await theirs.Reservations.ReadReservationAsync(Token)).Holder);
    }

    [Fact]
    public async Task A_fence_leaves_the_keys_of_others_and_nothing_of_its_own()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using Session ourSession = await disk.LoginAsync();
        await using Session theirSession = await disk.LoginAsync(Theirs);
        LogicalUnit ours = await ourSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        LogicalUnit theirs = await theirSession.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        await theirs.Reservations.RegisterAsync(0, TheirKey, persists: false, Token);
        uint generation = (await theirs.Reservations.ReadKeysAsync(Token)).Generation;

        Assert.Equal(FenceOutcome.HeldByOthers, await new WriteFence(ours.Reservations, OurKey).TakeAsync(Token));

        ReservationKeys keys = await theirs.Reservations.ReadKeysAsync(Token);
        Assert.Equal(generation, keys.Generation);
        Assert.Equal([TheirKey], keys.Keys);
    }

    [Fact]
    public async Task What_our_own_crash_left_behind_is_taken_over()
    {
        await using TgtDisk disk = await TgtDisk.StartAsync();
        await using (Session crashed = await disk.LoginAsync(Initiators.Options))
        {
            LogicalUnit before = await crashed.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
            Assert.Equal(FenceOutcome.Taken, await new WriteFence(before.Reservations, OurKey).TakeAsync(Token));
        }

        // Another ISID is another initiator port, to which the old registration does not belong.
        await using Session session = await disk.LoginAsync(Theirs);
        LogicalUnit unit = await session.OpenLogicalUnitAsync(TgtDisk.Lun, Token);
        await MustConflictAsync(WriteAsync(unit));
        var fence = new WriteFence(unit.Reservations, OurKey);

        Assert.Equal(FenceOutcome.Taken, await fence.TakeAsync(Token));
        await WriteAsync(unit);
        Assert.Equal([OurKey], (await unit.Reservations.ReadKeysAsync(Token)).Keys);
        await fence.ReleaseAsync(Token);
        Assert.Empty((await unit.Reservations.ReadKeysAsync(Token)).Keys);
        Assert.Null((await unit.Reservations.ReadReservationAsync(Token)).Holder);
    }

    private static Task WriteAsync(LogicalUnit unit) =>
        unit.WriteAsync(new BlockRange(0, 1), new byte[512], Token).AsTask();

    private static async Task MustConflictAsync(Task command)
    {
        var conflict = await Assert.ThrowsAsync<ScsiCommandException>(() => command);
        Assert.Equal(ScsiStatus.ReservationConflict, conflict.Status);
    }
}
