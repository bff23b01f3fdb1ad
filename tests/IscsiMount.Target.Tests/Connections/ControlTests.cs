using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using IscsiMount.Transport;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>Pings, texts, discovery, logout, rejects, and what time does to a connection.</summary>
public sealed class ControlTests
{
    private const uint NoTag = ScriptedInitiator.NoTag;

    [Theory, Requirement("NOP-04", "NUM-01")]
    [InlineData(0, true)]
    [InlineData(5, false)]
    [InlineData(2000, true)]
    public async Task A_ping_returns_what_it_brought_cut_to_what_is_accepted(int length, bool isImmediate)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("MaxRecvDataSegmentLength=1024");
        byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];
        uint number = initiator.CmdSN;

        initiator.Send(Nop(initiator, tag: 99, isImmediate), data);
        NopIn answer = initiator.Receive<NopIn>(out byte[] echo);

        Assert.Equal(data[..Math.Min(length, 1024)], echo);
        Assert.Equal((99u, NoTag), (answer.InitiatorTaskTag, answer.TargetTransferTag));
        Assert.Equal(unchecked(number + (isImmediate ? 0u : 1u)), answer.ExpCmdSN.Value);
    }

    [Fact, Requirement("NOP-03")]
    public async Task A_nop_that_is_no_ping_is_not_answered()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Nop(initiator, NoTag, isImmediate: true));
        initiator.Send(initiator.Command("00 00 00 00 00 00"));

        initiator.ReceiveGood();
    }

    [Fact, Requirement("NOP-05", "NOP-06")]
    public async Task A_silent_initiator_is_pinged_and_one_that_does_not_answer_is_disconnected()
    {
        var time = new ManualTime();
        await using var target = new TestTarget(new() { KeepAliveInterval = TimeSpan.FromSeconds(10) }, time);
        await target.Server.StartAsync();
        ScriptedInitiator initiator = target.LogIn();

        await Eventually.HoldsAsync(() => Pass(time) > TimeSpan.FromSeconds(12));
        NopIn ping = initiator.Receive<NopIn>();
        Assert.Equal((NoTag, true), (ping.InitiatorTaskTag, ping.TargetTransferTag != NoTag));
        initiator.Send(Nop(initiator, NoTag, isImmediate: true) with { TargetTransferTag = ping.TargetTransferTag });

        await Eventually.HoldsAsync(() => Pass(time) > TimeSpan.FromSeconds(25));
        initiator.Receive<NopIn>();
        await Eventually.HoldsAsync(() => Pass(time) > TimeSpan.Zero && target.Server.Snapshot().ConnectionCount == 0);
        Assert.True(initiator.IsClosed());
    }

    [Fact, Requirement("PDU-04", "FFP-07")]
    public async Task An_unknown_opcode_is_rejected_with_its_whole_header()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        byte[] header = new byte[48];
        header[0] = 0x1D;
        header[47] = 0xAB;

        initiator.SendBytes(header);
        Reject reject = initiator.Receive<Reject>(out byte[] returned);

        Assert.Equal(RejectReason.CommandNotSupported, reject.Reason);
        Assert.Equal(header, returned);
    }

    [Fact, Requirement("ERL-03")]
    public async Task What_was_lost_is_not_sent_again()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        byte[] header = new byte[48];
        (header[0], header[1]) = (0x10, 0x81);
        header.AsSpan(16, 8).Fill(0xFF);

        initiator.SendBytes(header);

        Assert.Equal(RejectReason.SnackReject, initiator.Receive<Reject>().Reason);
    }

    [Fact, Requirement("DIG-05", "FFP-08", "NUM-06")]
    public async Task A_command_with_damaged_data_counts_as_not_received()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("DataDigest=CRC32C");
        ScsiCommand write = initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512);
        byte[] header = new byte[48];
        (write with { DataSegmentLength = 512 }).Write(header);

        initiator.SendBytes([.. header, .. new byte[512], 1, 2, 3, 4]);
        Reject reject = initiator.Receive<Reject>();
        Assert.Equal((RejectReason.DataDigestError, write.CmdSN), (reject.Reason, reject.ExpCmdSN));

        initiator.Send(write, new byte[512]);
        initiator.ReceiveGood();
    }

    [Fact, Requirement("DIG-05", "DIG-06", "FFP-09")]
    public async Task Damaged_data_of_a_write_is_rejected_and_ends_the_write_behind_its_last_piece()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("DataDigest=CRC32C ImmediateData=No InitialR2T=Yes");
        initiator.Send(initiator.Command("2A 00 00000000 00 0002 00", writeLength: 1024));
        ReadyToTransfer wanted = initiator.Receive<ReadyToTransfer>();
        DataOut data = ScriptedInitiator.DataFor(wanted);
        byte[] header = new byte[48];
        (data with { IsFinal = false, DataSegmentLength = 512 }).Write(header);

        initiator.SendBytes([.. header, .. new byte[512], 1, 2, 3, 4]);
        Assert.Equal(RejectReason.DataDigestError, initiator.Receive<Reject>().Reason);
        initiator.Send(data with { DataSN = new(1), BufferOffset = 512 }, new byte[512]);

        Assert.Equal(AdditionalSense.ProtocolServiceCrcError, initiator.ReceiveFailure().Additional);
    }

    [Fact, Requirement("TGT-08")]
    public async Task Data_that_nobody_asked_for_is_of_no_effect()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(
            new DataOut
            {
                IsFinal = true,
                DataSegmentLength = 0,
                Lun = default,
                InitiatorTaskTag = 4711,
                TargetTransferTag = 7,
                ExpStatSN = default,
                DataSN = default,
                BufferOffset = 0,
            },
            new byte[512]);
        initiator.Send(initiator.Command("00 00 00 00 00 00"));

        initiator.ReceiveGood();
    }

    [Theory, Requirement("PDU-05", "PDU-06", "PDU-08", "LOGIN-01")]
    [InlineData("01800000 00FFFFFF")]    // a segment longer than was declared
    [InlineData("01000000 00000000")]    // more data is announced for what writes nothing
    [InlineData("02810000 00000004")]    // task management with data
    [InlineData("43870000 00000000")]    // a second login
    public async Task A_malformed_pdu_ends_its_connection_and_no_other(string start)
    {
        await using var target = new TestTarget();
        ScriptedInitiator good = target.LogIn(isid: 0x800000000001);
        ScriptedInitiator bad = target.LogIn(isid: 0x800000000002);
        byte[] header = new byte[48];
        Convert.FromHexString(start.Replace(" ", "", StringComparison.Ordinal)).CopyTo(header, 0);

        bad.SendBytes([.. header, 1, 2, 3, 4]);

        Assert.True(bad.IsClosed());
        good.Send(good.Command("00 00 00 00 00 00"));
        good.ReceiveGood();
    }

    [Theory, Seeds(60), Requirement("PDU-05", "TGT-03")]
    public async Task Random_bytes_close_their_connection_or_are_answered_and_harm_nobody(int seed)
    {
        var chance = new Random(seed);
        await using var target = new TestTarget();
        ScriptedInitiator bad = target.LogIn(isid: 0x800000000001);
        byte[] header = new byte[48];
        for (int i = 0; i < 50; i++)
        {
            chance.NextBytes(header);
            header[0] = (byte)(chance.Next(7) | (chance.Next(2) << 6));
            header[4] = 0;
            (header[5], header[6]) = (0, 0);
            bad.TrySendBytes([.. header, .. new byte[(header[7] + 3) & ~3]]);
        }

        ScriptedInitiator good = target.LogIn(isid: 0x800000000002);
        good.Send(good.Command("12 00 00 0024 00", readLength: 36));
        good.Receive<DataIn>();
    }

    [Fact, Requirement("TGT-03", "NUM-09")]
    public async Task An_initiator_that_takes_no_answers_is_disconnected()
    {
        await using var target = new TestTarget(new() { CommandsInFlightMax = 1, MaxOutstandingR2T = 1 });
        ScriptedInitiator initiator = target.Connect(capacity: 4096);
        initiator.Login();

        byte[] ping = Header(Nop(initiator, 1, isImmediate: true));
        Assert.Throws<ConnectionLostException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                initiator.SendBytes(ping);
            }
        });

        Assert.False(initiator.HasLostPatience);
        await Eventually.HoldsAsync(() => target.Server.Snapshot().ConnectionCount == 0);
    }

    [Theory, Requirement("LOGOUT-02", "LOGOUT-03")]
    [InlineData(LogoutReason.CloseSession, 0, LogoutResult.Closed)]
    [InlineData(LogoutReason.CloseConnection, 0, LogoutResult.Closed)]
    [InlineData(LogoutReason.CloseConnection, 9, LogoutResult.ConnectionNotFound)]
    [InlineData(LogoutReason.RemoveConnectionForRecovery, 0, LogoutResult.RecoveryNotSupported)]
    public async Task A_logout_is_answered_truthfully(LogoutReason reason, ushort cid, LogoutResult result)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Logout(initiator, reason, cid));

        Assert.Equal(result, initiator.Receive<LogoutResponse>().Response);
        initiator.Close();
        await Eventually.HoldsAsync(() => target.Server.Snapshot() is { ConnectionCount: 0, Sessions.Count: 0 });
    }

    [Fact, Requirement("LOGOUT-02", "TGT-05")]
    public async Task A_logout_is_answered_when_the_commands_of_the_session_are_over()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        initiator.Send(initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512), new byte[512]);
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512) with
        {
            Attribute = TaskAttributeKind.Ordered,
        });
        await Eventually.HoldsAsync(() => target.Server.Snapshot().Sessions.Single().CommandsInFlight == 2);

        initiator.Send(Logout(initiator, LogoutReason.CloseSession, 0));
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        await Eventually.HoldsAsync(() => target.Server.Snapshot().Sessions.Single().CommandsInFlight == 1);
        Assert.Equal(ScriptedInitiator.NoTag, initiator.Receive<NopIn>().InitiatorTaskTag);
        target.Device.ReleaseOne();

        Assert.Equal(LogoutResult.Closed, initiator.Receive<LogoutResponse>().Response);
    }

    [Fact, Requirement("DISC-01")]
    public async Task A_discovery_session_takes_texts_and_the_closing_logout_only()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();
        initiator.LoginForDiscovery();

        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        Assert.Equal(RejectReason.CommandNotSupported, initiator.Receive<Reject>().Reason);
        initiator.CmdSN--;
        initiator.Send(Logout(initiator, LogoutReason.RemoveConnectionForRecovery, 0));
        Assert.Equal(LogoutResult.RecoveryNotSupported, initiator.Receive<LogoutResponse>().Response);
        initiator.Send(Logout(initiator, LogoutReason.CloseSession, 0));
        Assert.Equal(LogoutResult.Closed, initiator.Receive<LogoutResponse>().Response);
    }

    [Fact, Requirement("DISC-02", "TEXT-03", "TEXT-04", "TEXT-05")]
    public async Task A_long_list_of_targets_comes_in_several_pdus()
    {
        await using var target = new TestTarget(extraTargetCount: 100);
        ScriptedInitiator initiator = target.Connect();
        initiator.LoginForDiscovery();
        var text = new List<byte>();

        initiator.Send(Text(initiator), ScriptedInitiator.Text("SendTargets=All"));
        TextResponse response = initiator.Receive<TextResponse>(out byte[] piece);
        int count = 1;
        while (!response.IsFinal)
        {
            Assert.Equal((true, true), (response.Continues, response.TargetTransferTag != NoTag));
            text.AddRange(piece);
            initiator.Send(Text(initiator) with { TargetTransferTag = response.TargetTransferTag });
            response = initiator.Receive<TextResponse>(out piece);
            count++;
        }

        text.AddRange(piece);
        Assert.Equal((NoTag, false), (response.TargetTransferTag, response.Continues));
        Assert.Equal(101, SendTargetsAnswer.Read(TextKeys.Decode([.. text])).Count);
        Assert.InRange(count, 3, 10);
    }

    [Theory, Requirement("DISC-03", "DISC-04", "DISC-05", "TEXT-07", "TEXT-08")]
    [InlineData("SendTargets=", TestTarget.Name)]
    [InlineData("SendTargets=iqn.2026-01.example:disk", TestTarget.Name)]
    [InlineData("SendTargets=iqn.2026-01.example:other", "")]
    [InlineData("MaxRecvDataSegmentLength=512", "")]
    public async Task A_normal_session_tells_of_its_own_target_only(string request, string name)
    {
        await using var target = new TestTarget(extraTargetCount: 1);
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Text(initiator), ScriptedInitiator.Text(request));
        TextResponse response = initiator.Receive<TextResponse>(out byte[] text);

        Assert.True(response.IsFinal);
        Assert.Equal(name, TextKeys.Decode(text).Find("TargetName") ?? "");
    }

    [Fact, Requirement("DISC-04")]
    public async Task A_normal_session_does_not_tell_of_all_targets()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Text(initiator), ScriptedInitiator.Text("SendTargets=All"));
        initiator.Receive<TextResponse>(out byte[] text);

        Assert.Equal("Reject", TextKeys.Decode(text).Find("SendTargets"));
    }

    [Theory, Requirement("TEXT-06", "TEXT-07")]
    [InlineData("MaxRecvDataSegmentLength=512 MaxRecvDataSegmentLength=1024", NoTag, RejectReason.ProtocolError)]
    [InlineData("MaxRecvDataSegmentLength=100", NoTag, RejectReason.ProtocolError)]
    [InlineData("MaxBurstLength=4096", NoTag, RejectReason.ProtocolError)]
    [InlineData("SendTargets=", 12345u, RejectReason.InvalidPduField)]
    public async Task A_text_that_breaks_a_rule_is_rejected(string keys, uint tag, RejectReason reason)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(Text(initiator) with { TargetTransferTag = tag }, ScriptedInitiator.Text(keys.Split(' ')));

        Assert.Equal(reason, initiator.Receive<Reject>().Reason);
    }

    [Fact, Requirement("KEY-09", "TEXT-08", "DATA-06")]
    public async Task A_new_segment_length_holds_behind_the_exchange()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        initiator.Send(Text(initiator), ScriptedInitiator.Text("MaxRecvDataSegmentLength=512"));
        initiator.Receive<TextResponse>();

        initiator.Send(initiator.Command("28 00 00000000 00 0002 00", readLength: 1024));

        initiator.Receive<DataIn>(out byte[] first);
        initiator.Receive<DataIn>(out byte[] second);
        Assert.Equal((512, 512), (first.Length, second.Length));
    }

    [Fact, Requirement("ASYNC-06", "TGT-09")]
    public async Task A_server_that_stops_asks_its_initiators_to_log_out_and_flushes()
    {
        var time = new ManualTime();
        await using var target = new TestTarget(null, time, stopGrace: TimeSpan.FromSeconds(5));
        ScriptedInitiator initiator = target.LogIn();

        Task stopped = target.Server.StopAsync();
        AsynchronousMessage message = initiator.Receive<AsynchronousMessage>();
        initiator.Send(Logout(initiator, LogoutReason.CloseSession, 0));
        initiator.Receive<LogoutResponse>();
        initiator.Close();
        await stopped;

        Assert.Equal((AsyncEvent.LogoutRequest, (ushort)5), (message.Event, message.Parameter3));
        Assert.Equal(1, target.Device.FlushCount);
    }

    [Fact, Requirement("ASYNC-06")]
    public async Task An_initiator_that_does_not_log_out_is_disconnected_after_the_grace()
    {
        var time = new ManualTime();
        await using var target = new TestTarget(null, time, stopGrace: TimeSpan.FromSeconds(5));
        ScriptedInitiator initiator = target.LogIn();

        Task stopped = target.Server.StopAsync();
        initiator.Receive<AsynchronousMessage>();
        time.Advance(TimeSpan.FromSeconds(6));
        await stopped;

        Assert.True(initiator.IsClosed());
    }

    private static TimeSpan Pass(ManualTime time)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return time.Elapsed;
    }

    private static byte[] Header<TPdu>(TPdu pdu)
        where TPdu : struct, IPdu<TPdu>
    {
        byte[] header = new byte[48];
        pdu.Write(header);
        return header;
    }

    private static NopOut Nop(ScriptedInitiator initiator, uint tag, bool isImmediate) => new()
    {
        IsImmediate = isImmediate,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = tag,
        TargetTransferTag = NoTag,
        CmdSN = new(isImmediate ? initiator.CmdSN : unchecked(initiator.CmdSN++)),
        ExpStatSN = initiator.ExpStatSN,
    };

    private static TextRequest Text(ScriptedInitiator initiator) => new()
    {
        IsImmediate = true,
        IsFinal = true,
        Continues = false,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = 8,
        TargetTransferTag = NoTag,
        CmdSN = new(initiator.CmdSN),
        ExpStatSN = initiator.ExpStatSN,
    };

    private static LogoutRequest Logout(ScriptedInitiator initiator, LogoutReason reason, ushort cid) => new()
    {
        IsImmediate = true,
        Reason = reason,
        InitiatorTaskTag = 9,
        ConnectionId = cid,
        CmdSN = new(initiator.CmdSN),
        ExpStatSN = initiator.ExpStatSN,
    };
}
