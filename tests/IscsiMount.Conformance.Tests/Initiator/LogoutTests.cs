using IscsiMount.Initiator;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class LogoutTests
{
    [Fact, Requirement("LOGOUT-01"), Rfc7143("11.14")]
    public async Task A_logout_waits_for_what_is_under_way_and_nothing_is_sent_after_it()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);

        Task logout = stage.Session.LogoutAsync(CancellationToken.None);
        stage.Target.ExpectNothing();
        stage.Respond(command);
        LogoutRequest request = stage.Target.Expect<LogoutRequest>();
        Task late = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Target.Send(EventTests.Farewell(stage, request));
        stage.Target.ExpectEnd();

        await test;
        await logout;
        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => late);
        Assert.Equal(SessionEndReason.LoggedOut, ended.Reason);
        Assert.Null(await stage.Session.Ended);
        Assert.Equal(LogoutReason.CloseSession, request.Reason);
    }

    [Fact, Requirement("LOGOUT-07"), Rfc7143("10.3")]
    public async Task A_logout_without_answer_ends_after_its_time()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task logout = stage.Session.LogoutAsync(CancellationToken.None);
        stage.Target.Expect<LogoutRequest>();

        stage.Time.Advance(Stage.Options.LoginTimeout);

        await logout;
        Assert.Null(await stage.Session.Ended);
    }

    [Fact, Requirement("LOGOUT-07")]
    public async Task A_logout_ends_also_while_a_command_does_not()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(0, new byte[512]);
        stage.Expect(OperationCode.Read16);

        Task logout = stage.Session.LogoutAsync(CancellationToken.None);
        stage.Time.Advance(Stage.Options.LoginTimeout);

        await logout;
        await Assert.ThrowsAsync<SessionEndedException>(() => reading);
    }

    [Fact]
    public async Task A_logout_that_is_cancelled_closes_at_once()
    {
        await using Stage stage = await Stage.LoginAsync();
        using var cancelled = new CancellationTokenSource();
        Task logout = stage.Session.LogoutAsync(cancelled.Token);
        stage.Target.Expect<LogoutRequest>();

        cancelled.Cancel();

        await logout;
        Assert.Equal(SessionEndReason.LoggedOut, stage.Session.Snapshot().EndReason);
    }
}
