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

public sealed class NumberingTests
{
    [Fact, Requirement("NUM-01", "NUM-02"), Rfc7143("4.2.2.1")]
    public async Task Commands_count_from_the_number_of_the_login_and_immediate_requests_do_not_count()
    {
        await using Stage stage = await Stage.LoginAsync();

        Task<TimeSpan> ping = stage.Session.PingAsync(CancellationToken.None);
        NopOut first = stage.Target.Expect<NopOut>();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand second = stage.Expect(OperationCode.TestUnitReady);
        Task again = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand third = stage.Expect(OperationCode.TestUnitReady);

        Assert.Equal((true, new SerialNumber(1)), (first.IsImmediate, first.CmdSN));
        Assert.Equal((false, new SerialNumber(1)), (second.IsImmediate, second.CmdSN));
        Assert.Equal(new SerialNumber(2), third.CmdSN);
        Assert.False(ping.IsCompleted || test.IsCompleted || again.IsCompleted);
    }

    [Fact, Requirement("NUM-03"), Rfc7143("4.2.2.1")]
    public async Task A_closed_window_holds_commands_and_lets_immediate_requests_pass()
    {
        await using Stage stage = await Stage.LoginAsync(
            target: new ScriptedTarget { MaxCmdSN = new SerialNumber(0) });

        Task waiting = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        Task<TimeSpan> ping = stage.Session.PingAsync(CancellationToken.None);
        NopOut immediate = stage.Target.Expect<NopOut>();
        stage.Target.ExpectNothing();
        stage.Target.MaxCmdSN = new SerialNumber(1);
        stage.Target.Ping(default, uint.MaxValue);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);

        Assert.True(immediate.IsImmediate);
        Assert.Equal(new SerialNumber(1), command.CmdSN);
        Assert.False(waiting.IsCompleted || ping.IsCompleted);
    }

    [Fact, Requirement("NUM-03")]
    public async Task A_window_of_two_lets_two_commands_out_and_each_answer_one_more()
    {
        await using Stage stage = await Stage.LoginAsync(
            target: new ScriptedTarget { MaxCmdSN = new SerialNumber(2) });
        Task[] all = [.. Enumerable.Range(0, 3).Select(
            _ => stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None))];

        ScsiCommand first = stage.Target.Expect<ScsiCommand>();
        stage.Target.Expect<ScsiCommand>();
        stage.Target.ExpectNothing();
        stage.Target.MaxCmdSN = new SerialNumber(3);
        stage.Respond(first);
        ScsiCommand third = stage.Target.Expect<ScsiCommand>();

        Assert.Equal(new SerialNumber(3), third.CmdSN);
        Assert.Equal(3, all.Length);
    }

    [Fact, Requirement("NUM-13", "NUM-14"), Rfc7143("4.2.2.2")]
    public async Task Every_pdu_acknowledges_the_responses_and_only_these()
    {
        await using Stage stage = await Stage.OpenAsync();
        SerialNumber before = stage.Target.StatSN;
        byte[] buffer = new byte[1024];
        Task reading = stage.ReadAsync(0, buffer);
        ScsiCommand read = stage.Expect(OperationCode.Read16);

        stage.Target.Send(stage.Data(read, 0, 512, 0, hasStatus: false), new byte[512]);
        stage.Target.Ping(default, 0x11);
        NopOut afterData = stage.Target.Expect<NopOut>();
        stage.Target.Send(stage.Data(read, 512, 512, 1, hasStatus: true), new byte[512]);
        await reading;
        stage.Target.Ping(default, 0x12);
        NopOut afterStatus = stage.Target.Expect<NopOut>();

        Assert.Equal((before, before, before.Next), (read.ExpStatSN, afterData.ExpStatSN, afterStatus.ExpStatSN));
    }

    [Fact, Requirement("NUM-14", "ERL-02"), Rfc7143("4.2.2.2")]
    public async Task A_missing_response_ends_the_session()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);
        stage.Target.TakeStatSN();

        stage.Respond(command);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => test);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
    }

    [Fact, Requirement("PDU-07"), Rfc7143("11.2.1.8")]
    public async Task Tasks_under_way_have_different_tags_and_a_tag_is_not_used_again_at_once()
    {
        await using Stage stage = await Stage.LoginAsync();
        var tags = new HashSet<uint>();

        for (int i = 0; i < 20; i++)
        {
            Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
            ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);
            Assert.True(tags.Add(command.InitiatorTaskTag));
            stage.Respond(command);
            await test;
        }

        Assert.DoesNotContain(uint.MaxValue, tags);
    }
}
