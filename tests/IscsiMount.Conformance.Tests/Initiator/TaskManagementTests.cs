using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>What the task manager of the target is asked for, and what that means for tasks under way.</summary>
public sealed class TaskManagementTests
{
    [Theory, Requirement("TMF-01"), Rfc7143("11.5")]
    [InlineData(TaskManagementFunction.AbortTaskSet, true)]
    [InlineData(TaskManagementFunction.ClearAca, true)]
    [InlineData(TaskManagementFunction.ClearTaskSet, true)]
    [InlineData(TaskManagementFunction.LogicalUnitReset, true)]
    [InlineData(TaskManagementFunction.TargetWarmReset, false)]
    [InlineData(TaskManagementFunction.TargetColdReset, false)]
    public async Task A_function_names_its_unit_or_none_and_reserves_the_rest(
        TaskManagementFunction function, bool namesUnit)
    {
        await using Stage stage = await Stage.LoginAsync();

        Task<TaskManagementResult> asking = stage.Session.ManageTasksAsync(
            function, Stage.Lun, CancellationToken.None);
        TaskManagementRequest request = stage.Target.Expect<TaskManagementRequest>();
        stage.Answer(request, TaskManagementResult.FunctionNotSupported);

        Assert.Equal(
            (function, true, namesUnit ? Stage.Lun : default, uint.MaxValue),
            (request.Function, request.IsImmediate, request.Lun, request.ReferencedTaskTag));
        Assert.Equal((default, default), (request.RefCmdSN, request.ExpDataSN));
        Assert.Equal(TaskManagementResult.FunctionNotSupported, await asking);
    }

    [Theory, Requirement("SAM5-03"), Rfc7143("11.5.1")]
    [InlineData(TaskManagementFunction.AbortTask)]
    [InlineData(TaskManagementFunction.TaskReassign)]
    [InlineData(TaskManagementFunction.QueryTaskSet)]
    [InlineData(TaskManagementFunction.NexusReset)]
    [InlineData(TaskManagementFunction.QueryAsynchronousEvent)]
    public async Task What_names_a_task_or_was_not_agreed_on_is_not_asked(TaskManagementFunction function)
    {
        await using Stage stage = await Stage.LoginAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => stage.Session.ManageTasksAsync(
            function, Stage.Lun, CancellationToken.None));

        stage.Target.ExpectNothing();
    }

    [Fact, Requirement("TMF-06"), Rfc7143("11.5.1", "4.2.3.3")]
    public async Task Until_a_task_set_is_aborted_its_tasks_go_on_and_then_they_are_sent_again()
    {
        await using Stage stage = await Stage.OpenAsync(keys: ["InitialR2T=Yes", "ImmediateData=No"]);
        byte[] data = new byte[Stage.BlockLength];
        Task writing = stage.WriteAsync(0, data);
        ScsiCommand write = stage.Expect(OperationCode.Write16);

        Task<TaskManagementResult> asking = stage.Session.ManageTasksAsync(
            TaskManagementFunction.AbortTaskSet, Stage.Lun, CancellationToken.None);
        TaskManagementRequest request = stage.Target.Expect<TaskManagementRequest>();
        stage.Target.Send(stage.R2T(write, tag: 7, 0, Stage.BlockLength, 0));
        DataOut answered = stage.Target.Expect<DataOut>();
        stage.Answer(request, TaskManagementResult.FunctionComplete);
        ScsiCommand again = stage.Expect(OperationCode.Write16);
        stage.Target.Send(stage.R2T(again, tag: 8, 0, Stage.BlockLength, 0));
        stage.Target.Expect<DataOut>();
        stage.Respond(again);

        await writing;
        Assert.Equal(TaskManagementResult.FunctionComplete, await asking);
        Assert.Equal(7u, answered.TargetTransferTag);
        Assert.NotEqual(write.InitiatorTaskTag, again.InitiatorTaskTag);
        Assert.Equal(write.CmdSN.Next, again.CmdSN);
    }

    [Fact, Requirement("TMF-06"), Rfc7143("11.5.1")]
    public async Task What_still_comes_for_an_aborted_task_is_dropped()
    {
        await using Stage stage = await Stage.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        byte[] buffer = new byte[Stage.BlockLength];
        Task reading = Stage.ElsewhereAsync(stage.Unit.ReadAsync(new BlockRange(0, 1), buffer, cancelled.Token));
        ScsiCommand read = stage.Expect(OperationCode.Read16);

        cancelled.Cancel();
        stage.Answer(stage.Target.Expect<TaskManagementRequest>(), TaskManagementResult.FunctionComplete);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        stage.Target.Send(
            stage.Data(read, 0, Stage.BlockLength, 0, hasStatus: true), Enumerable.Repeat((byte)1, 512).ToArray());
        stage.Respond(read);

        stage.Target.ExpectNothing();
        Assert.All(buffer, each => Assert.Equal(0, each));
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact, Requirement("TMF-06")]
    public async Task A_reset_of_a_unit_leaves_the_tasks_of_others_and_of_later_commands_alone()
    {
        await using Stage stage = await Stage.LoginAsync();
        LogicalUnitNumber other = LogicalUnitNumber.FromIndex(6);
        Task elsewhere = stage.Session.ExecuteAsync(other, new TestUnitReady(), CancellationToken.None);
        ScsiCommand ofOther = stage.Expect(OperationCode.TestUnitReady);

        Task<TaskManagementResult> asking = stage.Session.ManageTasksAsync(
            TaskManagementFunction.LogicalUnitReset, Stage.Lun, CancellationToken.None);
        TaskManagementRequest request = stage.Target.Expect<TaskManagementRequest>();
        Task after = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand later = stage.Expect(OperationCode.TestUnitReady);
        stage.Answer(request, TaskManagementResult.FunctionComplete);
        await asking;

        stage.Target.ExpectNothing();
        stage.Respond(ofOther);
        stage.Respond(later);
        await Task.WhenAll(elsewhere, after);
    }

    [Fact, Requirement("TMF-11"), Rfc7143("7.11")]
    public async Task A_command_that_cannot_be_aborted_ends_with_a_reset_of_its_unit_and_its_neighbour_is_repeated()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task stuck = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Expect(OperationCode.TestUnitReady);

        await stage.PassTimeAsync(() => stage.Target.HasUnread);
        stage.Answer(stage.Target.Expect<TaskManagementRequest>(), TaskManagementResult.FunctionNotSupported);
        Task neighbour = stage.Session.ExecuteAsync(
            Stage.Lun, new StartStopUnit { Start = true }, CancellationToken.None);
        stage.Expect(OperationCode.StartStopUnit);
        await stage.PassTimeAsync(() => stage.Target.HasUnread);
        TaskManagementRequest reset = stage.Target.Expect<TaskManagementRequest>();
        stage.Answer(reset, TaskManagementResult.FunctionComplete);
        stage.Respond(stage.Expect(OperationCode.StartStopUnit));

        await neighbour;
        await Assert.ThrowsAsync<CommandTimedOutException>(() => stuck);
        Assert.Equal((TaskManagementFunction.LogicalUnitReset, Stage.Lun), (reset.Function, reset.Lun));
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact, Requirement("TMF-11")]
    public async Task One_reset_is_for_all_stuck_tasks_of_a_unit_and_its_silence_ends_the_session()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task[] stuck = [.. Enumerable.Range(0, 2).Select(_ =>
            stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None))];
        Array.ForEach(stuck, _ => stage.Expect(OperationCode.TestUnitReady));

        for (int i = 0; i < stuck.Length; i++)
        {
            await stage.PassTimeAsync(() => stage.Target.HasUnread);
            stage.Answer(stage.Target.Expect<TaskManagementRequest>(), TaskManagementResult.FunctionRejected);
        }

        await stage.PassTimeAsync(() => stage.Target.HasUnread);
        TaskManagementRequest reset = stage.Target.Expect<TaskManagementRequest>();
        stage.Target.ExpectNothing();
        await stage.PassTimeAsync(() => stage.Session.Ended.IsCompleted);

        Assert.Equal(TaskManagementFunction.LogicalUnitReset, reset.Function);
        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal(SessionEndReason.TargetSilent, ended.Reason);
        await Assert.ThrowsAsync<SessionEndedException>(() => stuck[0]);
    }
}
