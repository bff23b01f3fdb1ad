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

/// <summary>
/// What the target says unasked: NOP-In, asynchronous messages, Reject, and PDUs that nobody may send.
/// </summary>
public sealed class EventTests
{
    [Fact, Requirement("NOP-01"), Rfc7143("11.18")]
    public async Task A_question_is_answered_with_its_tag_and_unit_and_uses_no_number()
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Ping(new LogicalUnitNumber(0x4123_0000_0000_0000), targetTransferTag: 0xCAFE);
        NopOut reply = stage.Target.Expect<NopOut>();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);

        Assert.Equal(
            (true, 0xCAFEu, uint.MaxValue, new LogicalUnitNumber(0x4123_0000_0000_0000), new SerialNumber(1)),
            (reply.IsImmediate, reply.TargetTransferTag, reply.InitiatorTaskTag, reply.Lun, reply.CmdSN));
        Assert.Equal(new SerialNumber(1), command.CmdSN);
        Assert.False(test.IsCompleted);
    }

    [Fact, Requirement("NOP-03", "NOP-05"), Rfc7143("11.19")]
    public async Task A_NopIn_that_only_shows_counters_is_not_answered()
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Ping(default, targetTransferTag: uint.MaxValue);

        stage.Target.ExpectNothing();
    }

    [Fact, Requirement("NOP-02", "NUM-14"), Rfc7143("11.18.1")]
    public async Task A_ping_of_ours_has_a_tag_and_ends_with_its_answer()
    {
        await using Stage stage = await Stage.LoginAsync();

        Task<TimeSpan> ping = stage.Session.PingAsync(CancellationToken.None);
        NopOut question = stage.Target.Expect<NopOut>();
        stage.Target.Send(new NopIn
        {
            DataSegmentLength = 0,
            Lun = default,
            InitiatorTaskTag = question.InitiatorTaskTag,
            TargetTransferTag = uint.MaxValue,
            StatSN = stage.Target.TakeStatSN(),
            ExpCmdSN = stage.Target.ExpCmdSN,
            MaxCmdSN = stage.Target.MaxCmdSN,
        });
        await ping;
        stage.Target.Ping(default, 1);
        NopOut next = stage.Target.Expect<NopOut>();

        Assert.Equal(stage.Target.StatSN, next.ExpStatSN);
        Assert.NotEqual(uint.MaxValue, question.InitiatorTaskTag);
        Assert.Equal(uint.MaxValue, question.TargetTransferTag);
    }

    [Theory, Requirement("ASYNC-02", "ASYNC-03"), Rfc7143("11.9.1")]
    [InlineData(AsyncEvent.ConnectionDrop)]
    [InlineData(AsyncEvent.SessionDrop)]
    public async Task A_target_that_drops_the_session_ends_it_for_all(AsyncEvent dropped)
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Expect(OperationCode.TestUnitReady);

        stage.Target.Send(Message(stage, dropped));

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => test);
        Assert.Equal((SessionEndReason.DroppedByTarget, true), (ended.Reason, ended.IsTransient));
        Assert.Same(ended, await stage.Session.Ended);
    }

    [Fact, Requirement("ASYNC-01"), Rfc7143("11.9.1")]
    public async Task A_target_that_asks_for_a_logout_gets_it_after_what_is_under_way()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        ScsiCommand command = stage.Expect(OperationCode.TestUnitReady);

        stage.Target.Send(Message(stage, AsyncEvent.LogoutRequest));
        await stage.Target.ExpectHandledAsync();
        Task refused = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        stage.Respond(command);
        LogoutRequest logout = stage.Target.Expect<LogoutRequest>();
        stage.Target.Send(Farewell(stage, logout));

        await test;
        await Assert.ThrowsAsync<SessionEndedException>(() => refused);
        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal((LogoutReason.CloseSession, SessionEndReason.LogoutRequested), (logout.Reason, ended.Reason));
    }

    [Fact, Requirement("ASYNC-04"), Rfc7143("11.9.1")]
    public async Task A_target_that_wants_to_negotiate_gets_an_empty_text()
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Send(Message(stage, AsyncEvent.Negotiate));
        SentPdu text = stage.Target.Expect();

        Assert.Equal((true, uint.MaxValue, 0), (
            text.As<TextRequest>().IsFinal, text.As<TextRequest>().TargetTransferTag, text.Data.Length));
    }

    [Fact, Requirement("ASYNC-04"), Rfc7143("11.9.1")]
    public async Task While_a_negotiation_is_pending_no_other_is_begun()
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Send(Message(stage, AsyncEvent.Negotiate));
        stage.Target.Expect<TextRequest>();
        stage.Target.Send(Message(stage, AsyncEvent.Negotiate));

        stage.Target.ExpectNothing();
    }

    [Fact, Requirement("NOP-05"), Rfc7143("11.19")]
    public async Task A_NopIn_that_both_answers_and_asks_ends_the_session()
    {
        await using Stage stage = await Stage.LoginAsync();
        _ = stage.Session.PingAsync(CancellationToken.None);
        NopOut question = stage.Target.Expect<NopOut>();

        stage.Target.Send(new NopIn
        {
            DataSegmentLength = 0,
            Lun = default,
            InitiatorTaskTag = question.InitiatorTaskTag,
            TargetTransferTag = 5,
            StatSN = stage.Target.TakeStatSN(),
            ExpCmdSN = stage.Target.ExpCmdSN,
            MaxCmdSN = stage.Target.MaxCmdSN,
        });

        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
    }

    [Theory, Requirement("ASYNC-05")]
    [InlineData(AsyncEvent.ScsiEvent)]
    [InlineData((AsyncEvent)250)]
    [InlineData((AsyncEvent)77)]
    public async Task Other_events_are_acknowledged_and_the_session_goes_on(AsyncEvent other)
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Send(Message(stage, other));
        stage.Target.Ping(default, 1);
        NopOut reply = stage.Target.Expect<NopOut>();

        Assert.Equal(stage.Target.StatSN, reply.ExpStatSN);
    }

    [Fact, Requirement("FFP-08"), Rfc7143("7.3")]
    public async Task A_rejected_command_fails_and_its_number_is_used_by_something_else()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);
        SentPdu command = stage.Target.Expect();

        stage.Target.Send(Refusal(stage, RejectReason.DataDigestError), command.Header);
        NopOut filler = stage.Target.Expect<NopOut>();

        var rejected = await Assert.ThrowsAsync<CommandRejectedException>(() => test);
        Assert.Equal((RejectReason.DataDigestError, true), (rejected.Reason, rejected.IsTransient));
        Assert.Equal(
            (command.As<ScsiCommand>().CmdSN, false), (filler.CmdSN, filler.IsImmediate));
    }

    [Fact, Requirement("FFP-10"), Rfc7143("11.17.1")]
    public async Task A_reset_of_a_negotiation_ends_the_session()
    {
        await using Stage stage = await Stage.LoginAsync();

        stage.Target.Send(Refusal(stage, RejectReason.NegotiationReset), new byte[48]);

        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
    }

    [Theory, Requirement("PDU-04", "PDU-05"), Rfc7143("11.2.1.2")]
    [InlineData(0x01)]      // ours
    [InlineData(0x23)]      // a login response, after the login
    [InlineData(0x2F)]      // nobody's
    public async Task A_pdu_that_a_target_does_not_send_ends_the_session(byte opcode)
    {
        await using Stage stage = await Stage.LoginAsync();
        byte[] header = new byte[48];
        header[0] = opcode;

        stage.Target.SendRaw(header);

        var ended = Assert.IsType<SessionEndedException>(await stage.Session.Ended);
        Assert.Equal((SessionEndReason.ProtocolViolated, false), (ended.Reason, ended.IsTransient));
    }

    [Fact, Requirement("FFP-02"), Rfc7143("11.4.7")]
    public async Task A_check_condition_without_sense_data_is_an_error_of_the_target()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);

        stage.Respond(stage.Expect(OperationCode.TestUnitReady), ScsiStatus.CheckCondition);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => test);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
    }

    internal static LogoutResponse Farewell(Stage stage, LogoutRequest request) => new()
    {
        Response = LogoutResult.Closed,
        InitiatorTaskTag = request.InitiatorTaskTag,
        StatSN = stage.Target.TakeStatSN(),
        ExpCmdSN = stage.Target.ExpCmdSN,
        MaxCmdSN = stage.Target.MaxCmdSN,
        Time2Wait = 0,
        Time2Retain = 0,
    };

    internal static AsynchronousMessage Message(Stage stage, AsyncEvent what, ushort time2Wait = 2) => new()
    {
        DataSegmentLength = 0,
        Lun = default,
        StatSN = stage.Target.TakeStatSN(),
        ExpCmdSN = stage.Target.ExpCmdSN,
        MaxCmdSN = stage.Target.MaxCmdSN,
        Event = what,
        AsyncVCode = 0,
        Parameter1 = 0,
        Parameter2 = time2Wait,
        Parameter3 = 10,
    };

    private static Reject Refusal(Stage stage, RejectReason reason) => new()
    {
        Reason = reason,
        DataSegmentLength = 48,
        StatSN = stage.Target.TakeStatSN(),
        ExpCmdSN = stage.Target.ExpCmdSN,
        MaxCmdSN = stage.Target.MaxCmdSN,
        DataSNOrR2TSN = default,
    };
}
