using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>A session that outlives its connections.</summary>
public sealed class RecoveryTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static readonly SessionOptions Surviving = Stage.Options with { ReconnectTimeout = Bound };

    [Fact, Requirement("ERL-01", "ERL-02", "SESS-03"), Rfc7143("7.1.4.4", "7.15")]
    public async Task A_session_is_reinstated_under_the_same_name_and_reads_go_on()
    {
        var target = new ScriptedTarget();
        await using Stage stage = await Stage.OpenAsync(Surviving, target);
        byte[] buffer = new byte[Stage.BlockLength];
        Task reading = stage.ReadAsync(7, buffer);
        ScsiCommand before = stage.Expect(OperationCode.Read16);

        target.Abort();
        await stage.ExpectReturnAsync();
        target.Accept();
        LoginRequest again = target.Expect<LoginRequest>();
        target.Answer(again, LoginStage.LoginOperationalNegotiation, []);
        target.Answer(target.Expect<LoginRequest>(), LoginStage.FullFeaturePhase, []);
        SessionSnapshot during = stage.Session.Snapshot();
        stage.AnswerProbe();
        ScsiCommand after = stage.Expect(OperationCode.Read16);
        target.Send(stage.Data(after, 0, 512, 0, hasStatus: true), Enumerable.Repeat((byte)9, 512).ToArray());

        await reading;
        Assert.Equal(0, again.Tsih);
        Assert.Equal(target.Logins[0].Isid, again.Isid);
        Assert.Equal(before.Cdb, after.Cdb);
        Assert.All(buffer, each => Assert.Equal(9, each));
        Assert.Equal(SessionState.Reconnecting, during.State);
        Assert.Equal((1, Stage.Portal.ToString()), (during.Recovery!.AttemptCount, target.Calls[1]));
        Assert.Equal(
            (SessionState.LoggedIn, 1), (stage.Session.Snapshot().State, stage.Session.Snapshot().ReconnectCount));
    }

    [Fact]
    public async Task What_was_left_undone_goes_out_in_its_old_order_before_what_is_new()
    {
        await using Stage stage = await Stage.OpenAsync(
            Surviving, new ScriptedTarget { MaxCmdSN = new SerialNumber(9) });
        Task[] reads = [.. Enumerable.Range(0, 4).Select(i => stage.ReadAsync((ulong)i, new byte[512]))];
        Array.ForEach(reads, _ => stage.Expect(OperationCode.Read16));

        stage.Target.Abort();
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.Reconnecting);
        Task late = stage.ReadAsync(4, new byte[512]);
        await stage.WelcomeBackAsync();
        ScsiCommand[] sent = [.. Enumerable.Range(0, 5).Select(_ => stage.Expect(OperationCode.Read16))];
        foreach (ScsiCommand command in sent)
        {
            stage.Target.Send(stage.Data(command, 0, 512, 0, hasStatus: true), new byte[512]);
        }

        await Task.WhenAll([.. reads, late]);
        Assert.Equal([0, 1, 2, 3, 4], sent.Select(command => command.Cdb.AsSpan()[9]));
    }

    [Fact, Requirement("SESS-07", "ASYNC-03"), Rfc7143("7.5", "11.9.1")]
    public async Task Before_the_time_that_a_target_asks_for_nobody_comes_back()
    {
        await using Stage stage = await Stage.LoginAsync(Surviving);
        stage.Target.Send(EventTests.Message(stage, AsyncEvent.SessionDrop, time2Wait: 7));
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().Recovery?.NextAttempt is not null);
        TimeSpan start = stage.Time.Elapsed;

        stage.Session.RetryNow();
        await stage.ExpectReturnAsync();

        Assert.InRange(stage.Time.Elapsed - start, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.2));
        stage.Target.AcceptLogin();
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.LoggedIn);
    }

    [Fact, Requirement("SCSI-05"), Rfc7143("7.15")]
    public async Task Another_disk_behind_the_same_number_is_not_touched()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        Task writing = stage.WriteAsync(0, new byte[Stage.BlockLength]);
        stage.Expect(OperationCode.Write16);

        stage.Target.Abort();
        await stage.WelcomeBackAsync(product: "other");

        var offline = await Assert.ThrowsAsync<UnusableLogicalUnitException>(() => writing);
        Assert.Contains("V other", offline.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnusableLogicalUnitException>(() => stage.ReadAsync(0, new byte[512]));
        await Assert.ThrowsAsync<UnusableLogicalUnitException>(
            () => Stage.ElsewhereAsync(stage.Unit.FlushAsync(CancellationToken.None)));
        stage.Target.ExpectNothing();
    }

    [Fact, Requirement("SCSI-05")]
    public async Task A_disk_that_comes_back_after_another_is_used_again()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        stage.Target.Abort();
        await stage.WelcomeBackAsync(product: "other");
        await Assert.ThrowsAsync<UnusableLogicalUnitException>(() => stage.ReadAsync(0, new byte[512]));

        stage.Target.Abort();
        await stage.WelcomeBackAsync();
        Task reading = stage.ReadAsync(0, new byte[512]);
        ScsiCommand read = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(read, 0, 512, 0, hasStatus: true), new byte[512]);

        await reading;
    }

    [Fact]
    public async Task A_unit_that_is_shown_late_is_waited_for()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        Task reading = stage.ReadAsync(0, new byte[512]);
        stage.Expect(OperationCode.Read16);

        stage.Target.Abort();
        await stage.ExpectReturnAsync();
        stage.Target.AcceptLogin();
        stage.Refuse(OperationCode.Inquiry);
        await stage.WelcomeBackAsync();
        ScsiCommand read = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(read, 0, 512, 0, hasStatus: true), new byte[512]);

        await reading;
        Assert.Equal(3, stage.Target.Calls.Count);
    }

    [Fact, Requirement("LOGIN-16"), Rfc7143("11.13.5")]
    public async Task A_login_that_is_refused_is_tried_again_later_and_later()
    {
        await using Stage stage = await Stage.LoginAsync(Surviving);
        stage.Target.Abort();
        var pauses = new List<TimeSpan>();
        for (int i = 0; i < 4; i++)
        {
            TimeSpan start = stage.Time.Elapsed;
            await stage.ExpectReturnAsync();
            pauses.Add(stage.Time.Elapsed - start);
            stage.Target.Accept();
            stage.Target.Refuse(stage.Target.Expect<LoginRequest>(), LoginStatus.ServiceUnavailable, []);
            await Eventually.HoldsAsync(() => stage.Session.Snapshot().Recovery!.NextAttempt is not null);
        }

        Assert.InRange(pauses[1], TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.6));
        Assert.InRange(pauses[2], TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.1));
        Assert.InRange(pauses[3], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.1));
        Assert.IsType<LoginRefusedException>(stage.Session.Snapshot().Recovery!.LastFailure);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_is_tried_at_once()
    {
        await using Stage stage = await Stage.LoginAsync(Surviving);
        stage.Target.Abort();
        await stage.ExpectReturnAsync();
        stage.Target.Accept();
        stage.Target.Refuse(stage.Target.Expect<LoginRequest>(), LoginStatus.ServiceUnavailable, []);
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().Recovery!.NextAttempt is not null);

        stage.Session.RetryNow();
        await Eventually.HoldsAsync(() => stage.Target.Calls.Count == 3);
        stage.Target.AcceptLogin();

        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.LoggedIn);
    }

    [Fact]
    public async Task When_the_bound_is_over_calls_fail_and_when_the_target_is_back_they_work_again()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        Task reading = stage.ReadAsync(0, new byte[512]);
        stage.Expect(OperationCode.Read16);
        TimeSpan start = stage.Time.Elapsed;

        stage.Target.Abort();
        await stage.ExpectReturnAsync();
        stage.Time.Advance(start + Bound - TimeSpan.FromSeconds(0.1) - stage.Time.Elapsed);
        Assert.False(reading.IsCompleted);
        stage.Time.Advance(TimeSpan.FromSeconds(0.1));

        var unreachable = await Assert.ThrowsAsync<TargetUnreachableException>(() => reading);
        Assert.True(stage.Session.Snapshot().Recovery!.IsBoundOver);
        Assert.Contains("60 s", unreachable.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TargetUnreachableException>(() => stage.ReadAsync(0, new byte[512]));

        await stage.WelcomeBackAsync();
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.LoggedIn);
        Task again = stage.ReadAsync(0, new byte[512]);
        ScsiCommand read = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(read, 0, 512, 0, hasStatus: true), new byte[512]);
        await again;
    }

    [Fact, Requirement("LOGOUT-07")]
    public async Task A_logout_while_there_is_no_connection_ends_at_once()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        Task reading = stage.ReadAsync(0, new byte[512]);
        stage.Expect(OperationCode.Read16);
        stage.Target.Abort();
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.Reconnecting);

        await stage.Session.LogoutAsync(CancellationToken.None);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => reading);
        Assert.Equal(SessionEndReason.LoggedOut, ended.Reason);
        Assert.Null(await stage.Session.Ended);
        Assert.Single(stage.Target.Calls);
    }

    [Fact]
    public async Task A_logout_during_an_attempt_ends_it()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        stage.Target.Abort();
        await stage.ExpectReturnAsync();
        stage.Target.AcceptLogin();
        stage.Expect(OperationCode.Inquiry);

        await stage.Session.LogoutAsync(CancellationToken.None);

        Assert.Null(await stage.Session.Ended);
        Assert.Equal(SessionState.Ended, stage.Session.Snapshot().State);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_ends_at_once_and_is_not_sent()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        using var cancelled = new CancellationTokenSource();
        Task reading = Stage.ElsewhereAsync(
            stage.Unit.ReadAsync(new BlockRange(0, 1), new byte[512], cancelled.Token));
        stage.Expect(OperationCode.Read16);
        stage.Target.Abort();
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().CommandsWaiting == 1);

        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await stage.WelcomeBackAsync();

        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.LoggedIn);
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task A_command_that_must_not_be_done_twice_fails_instead_of_being_sent_again()
    {
        await using Stage stage = await Stage.LoginAsync(Surviving);
        Task preventing = stage.Session.ExecuteAsync(
            Stage.Lun, new PreventAllowMediumRemoval(), CancellationToken.None);
        stage.Expect(OperationCode.PreventAllowMediumRemoval);

        stage.Target.Abort();

        var lost = await Assert.ThrowsAsync<SessionEndedException>(
            () => preventing.WaitAsync(Eventually.DefaultLimit, TestContext.Current.CancellationToken));
        Assert.Equal(SessionEndReason.ConnectionLost, lost.Reason);
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_command_that_breaks_each_connection_is_given_up_and_the_session_goes_on()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        Task reading = stage.ReadAsync(0, new byte[512]);

        for (int i = 0; i < 4; i++)
        {
            ScsiCommand read = stage.Expect(OperationCode.Read16);
            stage.Target.Send(stage.Data(read, 512, 512, 0, hasStatus: true), new byte[512]);
            await stage.WelcomeBackAsync();
        }

        var broken = await Assert.ThrowsAsync<SessionEndedException>(() => reading);
        Assert.Equal(SessionEndReason.ProtocolViolated, broken.Reason);
        stage.Target.ExpectNothing();
    }
}
