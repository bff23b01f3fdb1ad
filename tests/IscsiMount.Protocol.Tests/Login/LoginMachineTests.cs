using System.Text;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Login;

public sealed class LoginMachineTests
{
    private const string SecurityDone = "AuthMethod=None\0TargetPortalGroupTag=1\0";

    private static readonly LoginIdentity Identity = new()
    {
        InitiatorName = Name("iqn.2026-01.com.example:host"),
        TargetName = Name("iqn.2026-01.com.example:disk"),
        Isid = new(0x8012_3456_0001),
        InitiatorTaskTag = 7,
        ConnectionId = 3,
        CmdSN = new(0x100),
    };

    [Fact, Rfc7143("6.3"), Requirement("LOGIN-01", "LOGIN-04", "LOGIN-17")]
    public void The_first_request_says_who_we_are_and_wants_to_go_on()
    {
        var send = Assert.IsType<LoginStep.Send>(New().Start());

        LoginRequest expected = new()
        {
            Transit = true,
            Continues = false,
            CurrentStage = LoginStage.SecurityNegotiation,
            NextStage = LoginStage.LoginOperationalNegotiation,
            VersionMax = 0,
            VersionMin = 0,
            DataSegmentLength = send.Text.Length,
            Isid = Identity.Isid,
            Tsih = 0,
            InitiatorTaskTag = 7,
            ConnectionId = 3,
            CmdSN = new(0x100),
            ExpStatSN = new(0),
        };
        Assert.Equal(expected, send.Request);
        Assert.Equal(
            "InitiatorName=iqn.2026-01.com.example:host\0TargetName=iqn.2026-01.com.example:disk\0" +
            "SessionType=Normal\0AuthMethod=None\0",
            Encoding.UTF8.GetString(send.Text.Span));
    }

    [Fact, Rfc7143("6.3"), Requirement("LOGIN-05", "LOGIN-08", "LOGIN-13", "NUM-02", "NUM-12", "KEY-14")]
    public void A_login_goes_through_both_stages_to_the_full_feature_phase()
    {
        LoginMachine machine = New();
        machine.Start();

        var offers = Assert.IsType<LoginStep.Send>(machine.Receive(Security(), SecurityDone));
        Assert.Equal((true, LoginStage.FullFeaturePhase), (offers.Request.Transit, offers.Request.NextStage));
        Assert.Equal(LoginStage.LoginOperationalNegotiation, offers.Request.CurrentStage);
        Assert.Equal(new SerialNumber(0x501), offers.Request.ExpStatSN);
        TextKeys keys = TextKeys.Decode(offers.Text.Span);
        Assert.Equal("No", keys.Find("InitialR2T"));
        Assert.Equal("262144", keys.Find("MaxRecvDataSegmentLength"));
        Assert.Null(keys.Find("InitiatorName"));

        LoginStep step = machine.Receive(
            Final(),
            "HeaderDigest=None\0InitialR2T=Yes\0MaxBurstLength=65536\0FirstBurstLength=65536\0TargetAlias=x\0");

        LoginResult result = Assert.IsType<LoginStep.Finished>(step).Result;
        Assert.Equal((ushort)0x11, result.Tsih);
        Assert.Equal(
            (new(0x100), new(0x100), new(0x120), new(0x502)),
            (result.CmdSN, result.ExpCmdSN, result.MaxCmdSN, result.ExpStatSN));
        Assert.True(result.Parameters.InitialR2T);
        Assert.Equal(65_536, result.Parameters.MaxBurstLength);
        Assert.Equal(262_144, result.Parameters.InitiatorMaxRecvDataSegmentLength);
        Assert.Equal(8192, result.Parameters.TargetMaxRecvDataSegmentLength);
        Assert.Equal(((ushort?)1, "x"), (result.Parameters.TargetPortalGroupTag, result.Parameters.TargetAlias));
    }

    [Fact, Requirement("NAME-04")]
    public void An_alias_is_for_display_and_makes_no_other_target()
    {
        LoginMachine machine = Negotiating();

        LoginStep step = machine.Receive(Final(), "TargetAlias=iqn.2026-01.com.example:other\0");

        SessionParameters parameters = Assert.IsType<LoginStep.Finished>(step).Result.Parameters;
        Assert.Equal("iqn.2026-01.com.example:other", parameters.TargetAlias);
        Assert.Equal(new SessionParameters().MaxBurstLength, parameters.MaxBurstLength);
    }

    [Fact, Requirement("KEY-15")]
    public void TaskReporting_is_what_both_ends_know_and_without_an_exchange_that_of_RFC_3720()
    {
        LoginMachine machine = Negotiating(Identity, out LoginStep.Send offers);
        Assert.Null(TextKeys.Decode(offers.Text.Span).Find("TaskReporting"));

        LoginStep step = machine.Receive(Final(), "");

        Assert.Equal(TaskReporting.Rfc3720, Assert.IsType<LoginStep.Finished>(step).Result.Parameters.TaskReporting);
    }

    [Fact, Requirement("KEY-16")]
    public void What_a_target_says_of_its_architecture_changes_nothing()
    {
        LoginMachine machine = Negotiating();
        LoginMachine other = Negotiating();

        LoginStep step = machine.Receive(Final(), "X#NodeArchitecture=Linux,HackyTarget\0");
        LoginStep expected = other.Receive(Final(), "");

        Assert.Equal(
            Assert.IsType<LoginStep.Finished>(expected).Result.Parameters,
            Assert.IsType<LoginStep.Finished>(step).Result.Parameters);
    }

    [Theory, Requirement("KEY-16", "DISC-07")]
    [InlineData(SessionType.Normal)]
    [InlineData(SessionType.Discovery)]
    public void We_send_no_private_keys(SessionType type)
    {
        LoginMachine machine = new(Identity with { SessionType = type }, new LoginOffer(), new NoAuthentication());
        var first = Assert.IsType<LoginStep.Send>(machine.Start());
        var offers = Assert.IsType<LoginStep.Send>(machine.Receive(Security(), SecurityDone));

        Assert.All(
            [.. TextKeys.Decode(first.Text.Span), .. TextKeys.Decode(offers.Text.Span)],
            pair => Assert.False(pair.Key.StartsWith('X'), pair.Key));
    }

    [Fact, Requirement("LOGIN-10")]
    public void Until_the_target_agrees_we_go_on_asking()
    {
        LoginMachine machine = New();
        machine.Start();

        var again = Assert.IsType<LoginStep.Send>(machine.Receive(Security() with { Transit = false }, ""));
        Assert.Equal((true, 0), (again.Request.Transit, again.Text.Length));
        Assert.Equal(LoginStage.SecurityNegotiation, again.Request.CurrentStage);

        machine.Receive(Security(), SecurityDone);
        again = Assert.IsType<LoginStep.Send>(machine.Receive(Final() with { Transit = false }, "InitialR2T=Yes\0"));
        Assert.Equal((true, 0), (again.Request.Transit, again.Text.Length));
        Assert.IsType<LoginStep.Finished>(machine.Receive(Final(), "ImmediateData=No\0"));
    }

    [Fact, Requirement("KEY-06", "KEY-07", "KEY-05")]
    public void What_the_target_offers_is_answered()
    {
        LoginMachine machine = Negotiating();

        var answer = Assert.IsType<LoginStep.Send>(machine.Receive(
            Final() with { Transit = false },
            "TaskReporting=RFC3720,FastAbort\0X-com.example.key=1\0IFMarker=No\0iSCSIProtocolLevel=2\0"));

        Assert.Equal(
            "TaskReporting=RFC3720\0X-com.example.key=NotUnderstood\0IFMarker=Reject\0iSCSIProtocolLevel=1\0",
            Encoding.UTF8.GetString(answer.Text.Span));
    }

    [Theory, Requirement("LOGIN-18")]
    [InlineData(0x0101, false)]
    [InlineData(0x0102, true)]
    public void A_redirection_tells_where_to_go(int code, bool isPermanent)
    {
        LoginMachine machine = New();
        machine.Start();

        LoginStep step = machine.Receive(
            Security() with { Status = new((ushort)code), Isid = default }, "TargetAddress=[2001:db8::2]:3261\0");

        Assert.Equal(new LoginStep.Redirected(new(new("2001:db8::2", 3261), null), isPermanent), step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("TargetAddress=2001:db8::2\0")]
    public void A_redirection_to_nowhere_is_a_violation(string text)
    {
        LoginMachine machine = New();
        machine.Start();

        Assert.Throws<ProtocolViolationException>(
            () => machine.Receive(Security() with { Status = LoginStatus.TargetMovedTemporarily }, text));
    }

    [Theory, Requirement("LOGIN-12", "LOGIN-16")]
    [InlineData(0x0203)]
    [InlineData(0x0302)]
    [InlineData(0x0999)]
    public void Any_other_status_is_a_refusal_whatever_else_is_in_the_response(int code)
    {
        LoginMachine machine = New();
        machine.Start();
        LoginStatus status = new((ushort)code);

        LoginStep step = machine.Receive(
            Security() with { Status = status, Isid = default, InitiatorTaskTag = 0, VersionActive = 9 }, "\0\0");

        Assert.Equal(new LoginStep.Refused(status), step);
    }

    [Fact, Requirement("LOGIN-11")]
    public void A_text_of_the_target_in_pieces_is_asked_for_by_empty_requests()
    {
        LoginMachine machine = Negotiating();

        var more = Assert.IsType<LoginStep.Send>(
            machine.Receive(Final() with { Transit = false, Continues = true }, "InitialR2T=Y"));
        Assert.Equal((false, false, 0), (more.Request.Transit, more.Request.Continues, more.Text.Length));

        var again = Assert.IsType<LoginStep.Send>(machine.Receive(Final() with { Transit = false }, "es\0"));
        Assert.True(again.Request.Transit);
        LoginStep step = machine.Receive(Final(), "");
        Assert.True(Assert.IsType<LoginStep.Finished>(step).Result.Parameters.InitialR2T);
    }

    [Fact, Requirement("LOGIN-11", "CHAP-07")]
    public void A_long_text_of_ours_goes_in_pieces_and_only_the_last_wants_to_go_on()
    {
        LoginMachine machine = new(Identity, new LoginOffer(), new LongProof());
        machine.Start();

        LoginStep step = machine.Receive(Security() with { Transit = false }, "AuthMethod=LONG\0");
        for (int i = 0; i < 2; i++)
        {
            var piece = Assert.IsType<LoginStep.Send>(step);
            Assert.Equal((false, true, 8192), (piece.Request.Transit, piece.Request.Continues, piece.Text.Length));
            step = machine.Receive(Security() with { Transit = false }, "");
        }

        var last = Assert.IsType<LoginStep.Send>(step);
        Assert.Equal((true, false), (last.Request.Transit, last.Request.Continues));
    }

    [Fact, Requirement("CHAP-10", "CHAP-17")]
    public void A_target_that_goes_on_without_its_proof_is_a_violation()
    {
        LoginMachine machine = new(Identity, new LoginOffer(), new LongProof { IsMutual = true });
        machine.Start();
        machine.Receive(Security() with { Transit = false }, "AuthMethod=LONG\0");
        machine.Receive(Security() with { Transit = false }, "");
        machine.Receive(Security() with { Transit = false }, "");

        Assert.IsType<LoginStep.Unacceptable>(machine.Receive(Security(), ""));
    }

    [Theory, Requirement("CHAP-17")]
    [InlineData("AuthMethod=Reject\0")]
    [InlineData("AuthMethod=Irrelevant\0")]
    public void A_target_that_takes_no_method_is_unacceptable(string text)
    {
        LoginMachine machine = New();
        machine.Start();

        Assert.IsType<LoginStep.Unacceptable>(machine.Receive(Security() with { Transit = false }, text));
    }

    [Fact, Requirement("DIG-01")]
    public void A_target_without_the_digest_that_we_require_is_unacceptable()
    {
        LoginMachine machine = Negotiating(offer: new() { DataDigest = DigestWish.Require });

        LoginStep step = machine.Receive(Final(), "DataDigest=Reject\0");

        Assert.Contains("digest", Assert.IsType<LoginStep.Unacceptable>(step).Reason, StringComparison.Ordinal);
    }

    [Fact, Requirement("KEY-05", "KEY-08")]
    public void A_boolean_that_our_offer_decides_needs_no_answer_and_other_keys_keep_their_defaults()
    {
        LoginMachine machine = Negotiating(offer: new() { ImmediateData = false, MaxBurstLength = 1 << 20 });

        LoginStep step = machine.Receive(Final(), "");

        SessionParameters parameters = Assert.IsType<LoginStep.Finished>(step).Result.Parameters;

        Assert.False(parameters.ImmediateData);
        Assert.True(parameters.InitialR2T);
        Assert.Equal(262_144, parameters.MaxBurstLength);
    }

    [Fact, Requirement("DISC-08")]
    public void A_discovery_session_offers_nothing_that_has_no_meaning_there()
    {
        LoginIdentity identity = Identity with { SessionType = SessionType.Discovery, TargetName = null };
        LoginMachine machine = new(identity, LoginOffer.ForDiscovery, new NoAuthentication());
        var first = Assert.IsType<LoginStep.Send>(machine.Start());
        Assert.Equal(
            "InitiatorName=iqn.2026-01.com.example:host\0SessionType=Discovery\0AuthMethod=None\0",
            Encoding.UTF8.GetString(first.Text.Span));

        var offers = Assert.IsType<LoginStep.Send>(machine.Receive(Security(), "AuthMethod=None\0"));

        Assert.Equal(
            ["HeaderDigest", "DataDigest", "DefaultTime2Wait", "DefaultTime2Retain", "ErrorRecoveryLevel",
                "MaxRecvDataSegmentLength"],
            TextKeys.Decode(offers.Text.Span).Select(pair => pair.Key));
        LoginStep step = machine.Receive(Final(), "ErrorRecoveryLevel=0\0");
        Assert.Equal(SessionType.Discovery, Assert.IsType<LoginStep.Finished>(step).Result.Parameters.SessionType);
    }

    [Fact, Requirement("MCS-04", "LOGIN-06")]
    public void A_further_connection_offers_only_what_is_its_own()
    {
        LoginMachine machine = Negotiating(Identity with { Tsih = 0x11 }, out LoginStep.Send offers);

        Assert.Equal(
            ["HeaderDigest", "DataDigest", "MaxRecvDataSegmentLength"],
            TextKeys.Decode(offers.Text.Span).Select(pair => pair.Key));
        Assert.Equal(0x11, offers.Request.Tsih);
        Assert.Throws<ProtocolViolationException>(() => machine.Receive(Final(), "MaxBurstLength=4096\0"));
    }

    [Fact, Requirement("LOGIN-19")]
    public void A_login_without_end_is_ended()
    {
        LoginMachine machine = New();
        machine.Start();

        var violation = Assert.Throws<ProtocolViolationException>(() =>
        {
            for (int i = 0; i < LoginMachine.RoundsMax; i++)
            {
                machine.Receive(Security() with { Transit = false }, "");
            }
        });

        Assert.Equal("RFC 7143 §10.3", violation.Rule);
    }

    [Theory, Requirement("LOGIN-15", "KEY-14", "KEY-03", "KEY-06")]
    [InlineData("InitialR2T=Yes\0InitialR2T=Yes\0", "RFC 7143 §6.3")]           // answered twice
    [InlineData("TargetAlias=a\0TargetAlias=b\0", "RFC 7143 §6.3")]             // declared twice
    [InlineData("X-a=NotUnderstood\0X-a=NotUnderstood\0", "RFC 7143 §6.3")]
    [InlineData("TargetPortalGroupTag=1\0", "RFC 7143 §6.3")]                   // declared in the stage before
    [InlineData("AuthMethod=None\0", "RFC 7143 §6.3")]                          // of another stage
    [InlineData("SendTargets=All\0", "RFC 7143 §6.3")]
    [InlineData("InitiatorName=iqn.2026-01.com.example:x\0", "RFC 7143 §13.5")]
    [InlineData("TaskReporting=Irrelevant\0", "RFC 7143 §6.2")]                 // never offered
    [InlineData("HeaderDigest=SHA\0", "RFC 7143 §13.1")]                        // nothing that we offered
    [InlineData("MaxRecvDataSegmentLength=511\0", "RFC 7143 §13.12")]
    [InlineData("TaskReporting=RFC3720,FastAbort\0", "RFC 7143 §6.3")]          // wants an answer after the end
    [InlineData("InitialR2T=Yes", "RFC 7143 §6.1")]
    [InlineData("MaxBurstLength=512\0FirstBurstLength=1024\0", "RFC 7143 §13.14")]
    public void A_key_against_the_rules_ends_the_login(string text, string rule)
    {
        LoginMachine machine = Negotiating();

        var violation = Assert.Throws<ProtocolViolationException>(() => machine.Receive(Final(), text));

        Assert.Equal(rule, violation.Rule);
    }

    [Fact, Requirement("LOGIN-03", "LOGIN-05", "LOGIN-06", "LOGIN-08", "LOGIN-09", "LOGIN-17", "PDU-08")]
    public void A_response_that_is_not_the_one_we_wait_for_ends_the_login()
    {
        (LoginResponse Response, string Rule)[] wrong =
        [
            (Final() with { InitiatorTaskTag = 8 }, "RFC 7143 §11.13"),
            (Final() with { Isid = new(1) }, "RFC 7143 §11.13"),
            (Final() with { Tsih = 0 }, "RFC 7143 §11.13.3"),
            (Final() with { VersionActive = 1 }, "RFC 7143 §11.13.2"),
            (Final() with { CurrentStage = LoginStage.SecurityNegotiation }, "RFC 7143 §11.13.6"),
            (Final() with { NextStage = LoginStage.LoginOperationalNegotiation }, "RFC 7143 §11.13.6"),
            (Final() with { NextStage = (LoginStage)2 }, "RFC 7143 §11.13.6"),
        ];

        Assert.All(wrong, row =>
        {
            LoginMachine machine = Negotiating();
            var violation = Assert.Throws<ProtocolViolationException>(() => machine.Receive(row.Response, ""));
            Assert.Equal(row.Rule, violation.Rule);
        });
    }

    [Fact, Requirement("LOGIN-09")]
    public void A_target_that_goes_on_unasked_ends_the_login()
    {
        LoginMachine machine = New();
        machine.Start();
        machine.Receive(Security() with { Transit = false, Continues = true }, "Auth");

        Assert.Throws<ProtocolViolationException>(() => machine.Receive(Security(), "Method=None\0"));
    }

    [Theory, Seeds(300), Requirement("LOGIN-10", "LOGIN-11", "LOGIN-19", "KEY-08", "NUM-12")]
    public void Both_ends_agree_whatever_games_the_target_plays(int seed)
    {
        var chance = new Random(seed);
        var target = new TableTarget(chance);
        LoginMachine machine = New(offer: new()
        {
            HeaderDigest = (DigestWish)chance.Next((int)DigestWish.Require),
            InitialR2T = chance.Next(2) == 0,
            ImmediateData = chance.Next(2) == 0,
            MaxRecvDataSegmentLength = chance.Next(512, 1 << 20),
            MaxBurstLength = 1 << 20,
            FirstBurstLength = 512,
            MaxOutstandingR2T = chance.Next(1, 20),
            DefaultTime2Wait = TimeSpan.FromSeconds(chance.Next(60)),
        });

        LoginStep step = machine.Start();
        while (step is LoginStep.Send send)
        {
            (LoginResponse response, byte[] text) = target.Receive(send.Request, send.Text);
            step = machine.Receive(response, text);
        }

        LoginResult result = Assert.IsType<LoginStep.Finished>(step).Result;
        Assert.Equal(target.Parameters, result.Parameters);
        Assert.Equal(new SerialNumber(target.LastStatSN).Next, result.ExpStatSN);
    }

    private static IscsiName Name(string text)
    {
        Assert.True(IscsiName.TryPrepare(text, out IscsiName? name, out _));
        return name;
    }

    private static LoginMachine New(LoginOffer? offer = null) =>
        new(Identity, offer ?? new LoginOffer(), new NoAuthentication());

    private static LoginMachine Negotiating(LoginOffer? offer = null)
    {
        LoginMachine machine = New(offer);
        machine.Start();
        machine.Receive(Security(), SecurityDone);
        return machine;
    }

    private static LoginMachine Negotiating(LoginIdentity identity, out LoginStep.Send offers)
    {
        LoginMachine machine = new(identity, new LoginOffer(), new NoAuthentication());
        machine.Start();
        offers = Assert.IsType<LoginStep.Send>(
            machine.Receive(Security() with { Tsih = identity.Tsih }, SecurityDone));
        return machine;
    }

    /// <summary>The target agrees to leave the security stage.</summary>
    private static LoginResponse Security() => new()
    {
        Transit = true,
        Continues = false,
        CurrentStage = LoginStage.SecurityNegotiation,
        NextStage = LoginStage.LoginOperationalNegotiation,
        VersionMax = 0,
        VersionActive = 0,
        DataSegmentLength = 0,
        Isid = Identity.Isid,
        Tsih = 0,
        InitiatorTaskTag = 7,
        StatSN = new(0x500),
        ExpCmdSN = new(0x100),
        MaxCmdSN = new(0x120),
        Status = LoginStatus.Success,
    };

    /// <summary>The target agrees to enter the full feature phase.</summary>
    private static LoginResponse Final() => Security() with
    {
        CurrentStage = LoginStage.LoginOperationalNegotiation,
        NextStage = LoginStage.FullFeaturePhase,
        Tsih = 0x11,
        StatSN = new(0x501),
    };
}
