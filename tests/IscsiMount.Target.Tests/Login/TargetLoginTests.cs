using System.Net;
using IscsiMount.Primitives;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Login;

public sealed class TargetLoginTests
{
    private const string Names = "InitiatorName=iqn.2026-01.example:me TargetName=iqn.2026-01.example:disk";

    private static readonly LoginRequest Leading = new()
    {
        Transit = true,
        Continues = false,
        CurrentStage = LoginStage.LoginOperationalNegotiation,
        NextStage = LoginStage.FullFeaturePhase,
        VersionMax = 0,
        VersionMin = 0,
        DataSegmentLength = 0,
        Isid = new Isid(0x800000000001),
        Tsih = 0,
        InitiatorTaskTag = 5,
        ConnectionId = 3,
        CmdSN = new(0xFFFF_FFFF),
        ExpStatSN = default,
    };

    private static readonly LoginRequest Security = Leading with
    {
        CurrentStage = LoginStage.SecurityNegotiation,
        NextStage = LoginStage.LoginOperationalNegotiation,
    };

    private static readonly CommandSequencer<string> Window = new(Leading.CmdSN, 16);

    private readonly TargetLogin _login = new(
        new TargetServerOptions { CommandsInFlightMax = 16 },
        new Policy(),
        new ChapTerms(new SeededGenerator(1), new ChallengeMemory()));

    [Fact, Requirement("LOGIN-07", "LOGIN-08", "LOGIN-14", "NUM-02")]
    public void One_exchange_opens_a_session()
    {
        var open = Assert.IsType<TargetLoginStep.Open>(Receive(Leading, Names));
        var last = Assert.IsType<TargetLoginStep.Respond>(_login.Accept(tsih: 7, Window));

        Assert.Equal(
            ("iqn.2026-01.example:me", "iqn.2026-01.example:disk", false),
            (open.Proposal.InitiatorName.Value, open.Proposal.TargetName?.Value, open.Proposal.IsDiscovery));
        LoginResponse response = last.Response;
        Assert.Equal(
            (true, LoginStage.FullFeaturePhase, (ushort)7, LoginStatus.Success),
            (response.Transit, response.NextStage, response.Tsih, response.Status));
        Assert.Equal((Leading.Isid, 5u), (response.Isid, response.InitiatorTaskTag));
        Assert.Equal((new SerialNumber(0xFFFF_FFFF), new SerialNumber(14)), (response.ExpCmdSN, response.MaxCmdSN));
        Assert.Equal("1", Keys(last).Find(KeyName.TargetPortalGroupTag));
    }

    [Fact, Requirement("LOGIN-08", "LOGIN-09", "LOGIN-14")]
    public void Security_comes_before_operation_and_each_stage_ends_when_the_initiator_wants()
    {
        TargetLoginStep.Respond first = Respond(Security with { Transit = false }, Names + " AuthMethod=CHAP,None");
        TargetLoginStep.Respond second = Respond(Security, "");
        TargetLoginStep.Respond third = Respond(Leading with { Transit = false }, "MaxBurstLength=65536");
        var open = Assert.IsType<TargetLoginStep.Open>(Receive(Leading, ""));

        Assert.Equal((false, "None"), (first.Response.Transit, Keys(first).Find(KeyName.AuthMethod)));
        Assert.Null(Keys(first).Find(KeyName.MaxRecvDataSegmentLength));
        Assert.Equal("1", Keys(first).Find(KeyName.TargetPortalGroupTag));
        Assert.Equal((true, (ushort)0), (second.Response.Transit, second.Response.Tsih));
        Assert.Equal((false, "262144"), (third.Response.Transit, Keys(third).Find(KeyName.MaxRecvDataSegmentLength)));
        Assert.Equal(65536, open.Proposal.Parameters.MaxBurstLength);
    }

    [Fact]
    public void Security_alone_is_enough_and_leaves_all_defaults()
    {
        var open = Assert.IsType<TargetLoginStep.Open>(
            Receive(Security with { NextStage = LoginStage.FullFeaturePhase }, Names));

        Assert.Equal(
            (8192, 65536, true),
            (open.Proposal.Parameters.TargetMaxRecvDataSegmentLength, open.Proposal.Parameters.FirstBurstLength,
                open.Proposal.Parameters.InitialR2T));
    }

    [Fact, Requirement("LOGIN-11")]
    public void A_text_that_goes_on_is_answered_by_an_empty_response()
    {
        byte[] text = ScriptedInitiator.Text(Names.Split(' '));
        TargetLoginStep first = _login.Receive(
            Leading with { Transit = false, Continues = true }, text.AsSpan(0, 20));
        var empty = Assert.IsType<TargetLoginStep.Respond>(first);

        Assert.Equal((false, 0), (empty.Response.Transit, empty.Text.Length));
        Assert.IsType<TargetLoginStep.Open>(_login.Receive(Leading, text.AsSpan(20)));
    }

    [Fact, Requirement("LOGIN-11", "LOGIN-19")]
    public void An_answer_that_is_too_long_for_one_response_goes_on()
    {
        string many = string.Join(
            ' ', Enumerable.Range(0, 300).Select(i => $"X-com.example.{new string('k', 30)}{i}=1"));
        byte[] text = ScriptedInitiator.Text((Names + " " + many).Split(' '));
        var received = new List<byte>();
        for (int sent = 0; sent + 8192 < text.Length; sent += 8192)
        {
            _login.Receive(Leading with { Transit = false, Continues = true }, text.AsSpan(sent, 8192));
        }

        TargetLoginStep step = _login.Receive(Leading, text.AsSpan(text.Length / 8192 * 8192));
        while (step is TargetLoginStep.Respond piece)
        {
            Assert.Equal((true, false), (piece.Response.Continues, piece.Response.Transit));
            Assert.InRange(piece.Text.Length, 1, 8192);
            received.AddRange(piece.Text.Span);
            step = Receive(Leading, "");
        }

        Assert.IsType<TargetLoginStep.Open>(step);
        var last = Assert.IsType<TargetLoginStep.Respond>(_login.Accept(1, Window));
        received.AddRange(last.Text.Span);
        Assert.Equal(300, TextKeys.Decode([.. received]).Count(pair => pair.Value == "NotUnderstood"));
    }

    [Theory, Requirement("LOGIN-04", "LOGIN-16", "LOGIN-12")]
    [InlineData("TargetName=iqn.2026-01.example:disk", 0x0207)]
    [InlineData("InitiatorName=iqn.2026-01.example:me", 0x0207)]
    [InlineData("", 0x0207)]
    [InlineData("InitiatorName=iqn.2026-01.example:me TargetName=iqn.2026-01.example:other", 0x0203)]
    [InlineData("InitiatorName=iqn.2026-01.example:me TargetName=nonsense", 0x0203)]
    [InlineData("InitiatorName=iqn.2026-01.example:stranger TargetName=iqn.2026-01.example:disk", 0x0202)]
    [InlineData(Names + " SessionType=Tape", 0x0209)]
    [InlineData(Names + " InitiatorName=iqn.2026-01.example:me", 0x0200)]     // twice
    [InlineData(Names + " SendTargets=All", 0x0200)]                          // not in a login
    [InlineData(Names + " TargetAlias=mine", 0x0200)]                         // not the initiator's to say
    [InlineData(Names + " AuthMethod=None", 0x0200)]                          // not in this stage
    [InlineData(Names + " MaxRecvDataSegmentLength=100", 0x0200)]             // a declaration out of range
    public void A_first_text_that_cannot_be_served_is_refused(string keys, ushort status)
    {
        Assert.Equal(new LoginStatus(status), Refused(Receive(Leading, keys)));
    }

    [Fact, Requirement("KEY-01")]
    public void A_text_without_its_last_zero_is_refused()
    {
        byte[] text = ScriptedInitiator.Text(Names.Split(' '));

        Assert.Equal(LoginStatus.InitiatorError, Refused(_login.Receive(Leading, text.AsSpan(0, text.Length - 1))));
    }

    [Theory, Requirement("LOGIN-20", "CHAP-03")]
    [InlineData("CHAP")]
    [InlineData("KRB5,CHAP")]
    public void Authentication_that_we_do_not_have_is_refused(string methods)
    {
        Assert.Equal(
            LoginStatus.AuthenticationFailure, Refused(Receive(Security, $"{Names} AuthMethod={methods}")));
    }

    [Fact, Requirement("LOGIN-17")]
    public void A_version_that_we_do_not_speak_is_refused()
    {
        Assert.Equal(
            LoginStatus.UnsupportedVersion,
            Refused(Receive(Leading with { VersionMin = 1, VersionMax = 2 }, Names)));
    }

    public static TheoryData<string, LoginRequest> BrokenRequests => new()
    {
        { "other ISID", Security with { Isid = new Isid(0x800000000002) } },
        { "other TSIH", Security with { Tsih = 9 } },
        { "other tag", Security with { InitiatorTaskTag = 6 } },
        { "other CID", Security with { ConnectionId = 4 } },
        { "skips a stage", Leading },
        { "stays in its stage", Security with { NextStage = LoginStage.SecurityNegotiation } },
        { "stage 2", Security with { NextStage = (LoginStage)2 } },
        { "goes on and ends", Security with { Continues = true } },
    };

    [Theory, Requirement("LOGIN-08", "LOGIN-05"), MemberData(nameof(BrokenRequests))]
    public void A_request_that_does_not_follow_the_one_before_is_refused(string what, LoginRequest second)
    {
        Respond(Security with { Transit = false }, Names);

        Assert.True(Refused(Receive(second, "")) == LoginStatus.InitiatorError, what);
    }

    [Fact, Requirement("LOGIN-15")]
    public void A_key_that_comes_again_in_a_later_text_is_refused()
    {
        Respond(Leading with { Transit = false }, Names + " MaxBurstLength=65536");

        Assert.Equal(LoginStatus.InitiatorError, Refused(Receive(Leading, "MaxBurstLength=32768")));
    }

    [Fact, Requirement("LOGIN-19", "TGT-03")]
    public void A_login_has_room_for_a_key_in_each_exchange_and_an_end()
    {
        Respond(Leading with { Transit = false }, Names);
        TargetLoginStep step = new TargetLoginStep.Respond(default, default);
        int count = 0;
        while (step is TargetLoginStep.Respond)
        {
            step = Receive(Leading with { Transit = false }, $"X-com.example.key{count}=1");
            count++;
        }

        Assert.InRange(count, 30, 1000);
        Assert.Equal(LoginStatus.InitiatorError, Refused(step));
    }

    [Fact, Requirement("TGT-03")]
    public void A_text_without_an_end_is_refused()
    {
        TargetLoginStep step = new TargetLoginStep.Respond(default, default);
        for (int count = 0; count < 100 && step is TargetLoginStep.Respond; count++)
        {
            step = _login.Receive(Leading with { Transit = false, Continues = true }, new byte[8192]);
        }

        Assert.Equal(LoginStatus.InitiatorError, Refused(step));
    }

    [Fact, Requirement("DISC-01", "DISC-08")]
    public void A_discovery_session_needs_no_target()
    {
        var open = Assert.IsType<TargetLoginStep.Open>(Receive(
            Leading,
            "InitiatorName=iqn.2026-01.example:me SessionType=Discovery MaxConnections=4 ErrorRecoveryLevel=2"));
        TextKeys answers = Keys(Assert.IsType<TargetLoginStep.Respond>(_login.Accept(1, Window)));

        Assert.True(open.Proposal.IsDiscovery);
        Assert.Null(open.Proposal.TargetName);
        Assert.Equal(
            ("Irrelevant", "0"), (answers.Find(KeyName.MaxConnections), answers.Find(KeyName.ErrorRecoveryLevel)));
    }

    [Theory, Requirement("KEY-03", "KEY-04", "KEY-05", "KEY-06", "KEY-07", "KEY-10", "KEY-11", "KEY-12", "SAM5-01")]
    [InlineData("HeaderDigest=CRC32C,None", "CRC32C")]
    [InlineData("HeaderDigest=None,CRC32C", "None")]
    [InlineData("DataDigest=Y-other", "Reject")]
    [InlineData("MaxConnections=8", "8")]
    [InlineData("InitialR2T=No", "No")]
    [InlineData("InitialR2T=Yes", "Yes")]
    [InlineData("ImmediateData=No", "No")]
    [InlineData("ImmediateData=Maybe", "Reject")]
    [InlineData("MaxBurstLength=16777215", "1048576")]
    [InlineData("MaxBurstLength=0x2000", "8192")]
    [InlineData("MaxBurstLength=100", "Reject")]
    [InlineData("FirstBurstLength=1000000", "262144")]
    [InlineData("MaxOutstandingR2T=65535", "8")]
    [InlineData("DefaultTime2Wait=5", "5")]
    [InlineData("DefaultTime2Retain=20", "0")]
    [InlineData("DataPDUInOrder=No", "Yes")]
    [InlineData("DataSequenceInOrder=No", "Yes")]
    [InlineData("ErrorRecoveryLevel=2", "1")]
    [InlineData("IFMarker=No", "Reject")]
    [InlineData("OFMarkInt=1~2", "Reject")]
    [InlineData("TaskReporting=FastAbort,ResponseFence,RFC3720", "RFC3720")]
    [InlineData("iSCSIProtocolLevel=2", "1")]
    [InlineData("X-com.example.thing=1", "NotUnderstood")]
    [InlineData("X#NodeArchitecture=none", "NotUnderstood")]
    [InlineData("UnheardOf=1", "NotUnderstood")]
    public void A_key_is_answered_by_its_rule(string offer, string answer)
    {
        Receive(Leading, $"{Names} {offer}");

        var last = Assert.IsType<TargetLoginStep.Respond>(_login.Accept(1, Window));
        Assert.Equal(answer, Keys(last).Find(offer.Split('=')[0]));
    }

    [Theory, Requirement("KEY-10")]
    [InlineData("FirstBurstLength=65536 MaxBurstLength=4096")]
    [InlineData("MaxBurstLength=4096 FirstBurstLength=65536")]
    public void A_first_burst_never_exceeds_a_burst(string keys)
    {
        var open = Assert.IsType<TargetLoginStep.Open>(Receive(Leading, $"{Names} {keys}"));

        Assert.Equal(
            (4096, 4096), (open.Proposal.Parameters.FirstBurstLength, open.Proposal.Parameters.MaxBurstLength));
    }

    [Theory, Seeds(200), Requirement("PDU-06")]
    public void Random_texts_end_in_a_step_and_never_in_anything_else(int seed)
    {
        var chance = new Random(seed);
        byte[] text = ScriptedInitiator.Text($"{Names} MaxBurstLength=65536 HeaderDigest=CRC32C,None".Split(' '));
        for (int i = chance.Next(1, 8); i > 0; i--)
        {
            text[chance.Next(text.Length)] = (byte)chance.Next(256);
        }

        TargetLoginStep step = _login.Receive(Leading, text);

        Assert.True(step is TargetLoginStep.Open or TargetLoginStep.Refuse);
    }

    private TargetLoginStep Receive(LoginRequest request, string keys) => _login.Receive(
        request, ScriptedInitiator.Text(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private TargetLoginStep.Respond Respond(LoginRequest request, string keys) =>
        Assert.IsType<TargetLoginStep.Respond>(Receive(request, keys));

    private static LoginStatus Refused(TargetLoginStep step) =>
        Assert.IsType<TargetLoginStep.Refuse>(step).Response.Status;

    private static TextKeys Keys(TargetLoginStep.Respond step) => TextKeys.Decode(step.Text.Span);

    private sealed class Policy : ILoginPolicy
    {
        public LoginVerdict Judge(IscsiName initiator, IscsiName? target, IPAddress? from) =>
            (initiator.Value, target?.Value) switch
            {
                (_, null) => new LoginVerdict { Status = LoginStatus.Success },
                ("iqn.2026-01.example:stranger", _) => LoginVerdict.NotAllowed,
                (_, "iqn.2026-01.example:disk") => new LoginVerdict { Status = LoginStatus.Success },
                _ => LoginVerdict.NotFound,
            };
    }
}
