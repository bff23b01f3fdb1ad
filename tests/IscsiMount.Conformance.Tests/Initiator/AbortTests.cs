using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>Commands that nobody wants any more, and targets that take too long.</summary>
public sealed class AbortTests
{
    private static readonly TimeSpan Tick = Stage.Options.KeepAliveInterval / 4;

    [Fact, Requirement("NUM-01"), Rfc7143("4.2.2.1")]
    public async Task A_command_that_is_cancelled_before_it_is_sent_leaves_no_hole()
    {
        await using Stage stage = await Stage.LoginAsync(
            target: new ScriptedTarget { MaxCmdSN = new SerialNumber(0) });
        using var cancelled = new CancellationTokenSource();
        Task first = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), cancelled.Token);
        Task second = stage.Session.ExecuteAsync(Stage.Lun, new StartStopUnit { Start = true }, CancellationToken.None);

        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        stage.Target.MaxCmdSN = new SerialNumber(8);
        stage.Target.Ping(default, uint.MaxValue);
        ScsiCommand sent = stage.Expect(OperationCode.StartStopUnit);
        stage.Target.ExpectNothing();

        Assert.Equal(new SerialNumber(1), sent.CmdSN);
        Assert.False(second.IsCompleted);
    }

    [Theory, Requirement("TMF-01", "TMF-02"), Rfc7143("11.5")]
    [InlineData(TaskManagementResult.FunctionComplete)]
    [InlineData(TaskManagementResult.TaskDoesNotExist)]
    public async Task A_command_that_is_cancelled_under_way_ends_when_the_target_has_aborted_it(
        TaskManagementResult result)
    {
        await using Stage stage = await Stage.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        Task reading = Stage.ElsewhereAsync(
            stage.Unit.ReadAsync(new BlockRange(0, 8), new byte[4096], cancelled.Token));
        ScsiCommand command = stage.Expect(OperationCode.Read16);

        cancelled.Cancel();
        TaskManagementRequest abort = stage.Target.Expect<TaskManagementRequest>();
        bool endedBefore = reading.IsCompleted;
        stage.Target.Send(stage.Data(command, 0, 512, 0, hasStatus: false), new byte[512]);
        stage.Answer(abort, result);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.False(endedBefore);
        Assert.Equal(
            (TaskManagementFunction.AbortTask, true, command.InitiatorTaskTag, command.CmdSN, Stage.Lun),
            (abort.Function, abort.IsImmediate, abort.ReferencedTaskTag, abort.RefCmdSN, abort.Lun));
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact, Requirement("TMF-02")]
    public async Task A_command_that_ended_before_its_abort_has_its_own_result()
    {
        await using Stage stage = await Stage.LoginAsync();
        using var cancelled = new CancellationTokenSource();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), cancelled.Token);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);

        cancelled.Cancel();
        TaskManagementRequest abort = stage.Target.Expect<TaskManagementRequest>();
        stage.Respond(command);
        stage.Answer(abort, TaskManagementResult.TaskDoesNotExist);

        await test;
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task Of_many_aborts_one_is_under_way_at_a_time()
    {
        await using Stage stage = await Stage.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        Task[] reads = [.. Enumerable.Range(0, 3).Select(i => Stage.ElsewhereAsync(
            stage.Unit.ReadAsync(new BlockRange((ulong)i, 1), new byte[512], cancelled.Token)))];
        Array.ForEach(reads, _ => stage.Expect(OperationCode.Read16));

        cancelled.Cancel();
        for (int i = 0; i < reads.Length; i++)
        {
            TaskManagementRequest abort = stage.Target.Expect<TaskManagementRequest>();
            stage.Target.ExpectNothing();
            stage.Answer(abort, TaskManagementResult.FunctionComplete);
        }

        Exception?[] ends = await Task.WhenAll(reads.Select(read => Record.ExceptionAsync(() => read).AsTask()));
        Assert.All(ends, end => Assert.IsAssignableFrom<OperationCanceledException>(end));
    }

    [Fact, Requirement("TMF-11"), Rfc7143("7.11")]
    public async Task A_command_that_takes_too_long_is_aborted_and_the_session_goes_on()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Expect(OperationCode.TestUnitReady);

        TaskManagementRequest abort = await PassTimeUntilAbortAsync(stage);
        stage.Answer(abort, TaskManagementResult.FunctionComplete);

        var late = await Assert.ThrowsAsync<CommandTimedOutException>(() => test);
        Assert.IsType<TimeoutException>(late.InnerException);
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact, Requirement("TMF-11")]
    public async Task An_abort_without_effect_ends_the_session()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Expect(OperationCode.TestUnitReady);

        TaskManagementRequest abort = await PassTimeUntilAbortAsync(stage);
        stage.Answer(abort, TaskManagementResult.FunctionNotSupported);
        await stage.PassTimeAsync(() => test.IsCompleted);

        Assert.NotNull(await Record.ExceptionAsync(() => test));
        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal(SessionEndReason.TargetSilent, ended.Reason);
    }

    [Fact]
    public async Task A_command_that_waits_too_long_for_the_window_is_withdrawn()
    {
        await using Stage stage = await Stage.LoginAsync(
            target: new ScriptedTarget { MaxCmdSN = new SerialNumber(0) });
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);

        await stage.PassTimeAsync(() => test.IsCompleted);

        await Assert.ThrowsAsync<CommandTimedOutException>(() => test);
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact, Requirement("NOP-06"), Rfc7143("7.14")]
    public async Task A_silent_target_is_asked_and_then_given_up()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Expect(OperationCode.TestUnitReady);

        TimeSpan start = stage.Time.Elapsed;
        await Eventually.HoldsAsync(() => Advance(stage, isEnough: stage.Target.HasUnread));
        NopOut question = stage.Target.Expect<NopOut>();
        await Eventually.HoldsAsync(() => Advance(stage, isEnough: stage.Session.Ended.IsCompleted));

        Assert.NotEqual(uint.MaxValue, question.InitiatorTaskTag);
        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => test);
        Assert.Equal((SessionEndReason.TargetSilent, true), (ended.Reason, ended.IsTransient));
        Assert.InRange(
            stage.Time.Elapsed - start,
            2 * Stage.Options.KeepAliveInterval,
            3 * Stage.Options.KeepAliveInterval);
    }

    private static async Task<TaskManagementRequest> PassTimeUntilAbortAsync(Stage stage)
    {
        await stage.PassTimeAsync(() => stage.Target.HasUnread);
        return stage.Target.Expect<TaskManagementRequest>();
    }

    private static bool Advance(Stage stage, bool isEnough)
    {
        if (!isEnough && stage.Time.PendingCount > 0)
        {
            stage.Time.Advance(Tick);
        }

        return isEnough;
    }
}
