using System.Net;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Target.Access;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Login;

/// <summary>What a target takes as a proof, and what it proves itself.</summary>
public sealed class TargetChapTests
{
    private const string Names = "InitiatorName=iqn.2026-01.example:me TargetName=iqn.2026-01.example:disk";

    private static readonly ChapSecret UserSecret = ChapSecret.Copy("the user's secret");
    private static readonly ChapSecret OwnSecret = ChapSecret.Copy("the target's secret");

    private static readonly LoginRequest Security = new()
    {
        Transit = true,
        Continues = false,
        CurrentStage = LoginStage.SecurityNegotiation,
        NextStage = LoginStage.FullFeaturePhase,
        VersionMax = 0,
        VersionMin = 0,
        DataSegmentLength = 0,
        Isid = new Isid(0x800000000001),
        Tsih = 0,
        InitiatorTaskTag = 5,
        ConnectionId = 3,
        CmdSN = new(1),
        ExpStatSN = default,
    };

    private readonly ChapTerms _terms = new(new SeededGenerator(7), new ChallengeMemory());
    private readonly TargetLogin _login;
    private TargetAccess _access = new()
    {
        Users = [new TargetUser(new ChapCredential("user", UserSecret))],
        Own = new ChapCredential("disk", OwnSecret),
    };

    public TargetChapTests()
    {
        _login = Login();
    }

    public static TheoryData<byte> Algorithms => [.. ChapAlgorithm.Supported.Select(each => each.Number)];

    [Theory, MemberData(nameof(Algorithms)), Requirement("CHAP-01", "CHAP-08", "CHAP-10")]
    public void Both_ends_prove_themselves_with_every_algorithm(byte number)
    {
        ChapAlgorithm algorithm = ChapAlgorithm.Supported.Single(each => each.Number == number);
        ChapChallenge asked = Ask($"99,{number}", out string chosen);
        var mine = ChapChallenge.Draw(new SeededGenerator(8));
        TextKeys answer = Proof(asked, algorithm, UserSecret);
        mine.AddTo(answer);

        var open = Assert.IsType<TargetLoginStep.Open>(Receive(_login, Security, answer));
        var window = new CommandSequencer<string>(Security.CmdSN, 16);
        var last = Assert.IsType<TargetLoginStep.Respond>(_login.Accept(tsih: 9, window));

        Assert.Equal(number.ToString(System.Globalization.CultureInfo.InvariantCulture), chosen);
        Assert.Equal("user", open.Proposal.User);
        var keys = TextKeys.Decode(last.Text.Span);
        Assert.Equal("disk", keys.Find(ChapKey.Name));
        Assert.True(mine.IsAnsweredBy(keys.Find(ChapKey.Response)!, algorithm, OwnSecret));
    }

    [Fact, Requirement("CHAP-01")]
    public void The_target_proves_nothing_that_it_is_not_asked_for()
    {
        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, UserSecret);

        TargetLoginStep.Respond step = Respond(
            _login, Security with { NextStage = LoginStage.LoginOperationalNegotiation }, answer);

        Assert.True(step.Response.Transit);
        Assert.Null(TextKeys.Decode(step.Text.Span).Find(ChapKey.Response));
    }

    [Theory, Requirement("CHAP-09", "CHAP-11", "CHAP-13")]
    [InlineData("user", "the user's secreT")]
    [InlineData("nobody", "the user's secret")]
    [InlineData("user", "the target's secret")]
    [InlineData("disk", "the target's secret")]
    public void A_wrong_name_or_secret_is_no_proof(string name, string secret)
    {
        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, ChapSecret.Copy(secret), name);

        Assert.Equal(LoginStatus.AuthenticationFailure, Refused(Receive(_login, Security, answer)));
    }

    [Fact, Requirement("CHAP-09")]
    public void A_response_of_a_wrong_length_is_no_proof()
    {
        Ask("5", out _);
        TextKeys answer = new() { { ChapKey.Name, "user" }, { ChapKey.Response, "0x00" } };

        Assert.Equal(LoginStatus.AuthenticationFailure, Refused(Receive(_login, Security, answer)));
    }

    [Fact, Requirement("CHAP-11")]
    public void A_user_may_be_bound_to_the_names_of_his_machines()
    {
        Assert.True(InitiatorPattern.TryParse("iqn.2026-01.example:other*", out InitiatorPattern? other, out _));
        _access = new() { Users = [new TargetUser(new ChapCredential("user", UserSecret), other)] };

        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, UserSecret);

        Assert.Equal(LoginStatus.AuthenticationFailure, Refused(Receive(_login, Security, answer)));
    }

    [Theory, Requirement("LOGIN-20", "CHAP-17", "CHAP-03", "CHAP-05")]
    [InlineData(true, Names, 0x0201)]
    [InlineData(true, Names + " AuthMethod=CHAP,None", 0x0200)]
    [InlineData(false, Names, 0x0201)]
    [InlineData(false, Names + " AuthMethod=None", 0x0201)]
    [InlineData(false, Names + " AuthMethod=CHAP,None CHAP_A=4,9,x", 0x0201)]
    [InlineData(false, Names + " AuthMethod=CHAP,None CHAP_N=user CHAP_R=0x00", 0x0200)]
    [InlineData(false, Names + " AuthMethod=CHAP,None CHAP_A=5 CHAP_A=7", 0x0200)]
    [InlineData(false, Names + " AuthMethod=CHAP,None CHAP_A=5 CHAP_I=1", 0x0200)]
    [InlineData(false, Names + " CHAP_A=5", 0x0201)]
    public void Who_leaves_out_the_proof_or_its_order_is_refused(bool isOperational, string keys, int status)
    {
        LoginRequest request = isOperational
            ? Security with { CurrentStage = LoginStage.LoginOperationalNegotiation }
            : Security;

        Assert.Equal(status, Refused(Receive(_login, request, keys)).Code);
    }

    [Theory, Requirement("CHAP-05", "CHAP-06", "CHAP-07")]
    [InlineData("", 0x0207)]
    [InlineData("CHAP_N=user", 0x0200)]
    [InlineData("CHAP_R=0x00", 0x0200)]
    [InlineData("CHAP_A=5", 0x0200)]
    [InlineData("CHAP_N=user CHAP_R=0x00 CHAP_X=1", 0x0200)]
    [InlineData("CHAP_N=user CHAP_R=0x00 CHAP_I=1", 0x0200)]
    [InlineData("CHAP_N=user CHAP_R=0x00 CHAP_C=0x0011223344556677", 0x0200)]
    public void Keys_that_miss_or_are_misplaced_are_no_failed_proof(string keys, int status)
    {
        Ask("5", out _);

        Assert.Equal(status, Refused(Receive(_login, Security, keys)).Code);
    }

    [Theory, Requirement("CHAP-06", "CHAP-07", "CHAP-12")]
    [InlineData("256", "0x00112233445566778899", 0x0200)]
    [InlineData("1", "0x", 0x0200)]
    [InlineData("1", "0x11", 0x0201)]
    [InlineData("1", "0x1111111111111111", 0x0201)]
    public void A_question_that_is_none_or_too_weak_is_not_answered(string identifier, string challenge, int status)
    {
        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, UserSecret);
        answer.Add(ChapKey.Identifier, identifier);
        answer.Add(ChapKey.Challenge, challenge);

        Assert.Equal(status, Refused(Receive(_login, Security, answer)).Code);
    }

    [Theory, Requirement("CHAP-12")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_question_that_was_ours_is_not_answered_on_whatever_connection(bool isSameConnection)
    {
        ChapChallenge reflected = Ask("5", out _);
        TargetLogin login = isSameConnection ? _login : Login();
        ChapChallenge asked = isSameConnection ? reflected : Ask("5", out _, login);
        TextKeys answer = Proof(asked, ChapAlgorithm.Md5, UserSecret);
        reflected.AddTo(answer);

        Assert.Equal(LoginStatus.AuthenticationFailure, Refused(Receive(login, Security, answer)));
    }

    [Fact, Requirement("CHAP-10")]
    public void A_target_without_a_secret_does_not_pretend_to_have_one()
    {
        _access = _access with { Own = null };
        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, UserSecret);
        ChapChallenge.Draw(new SeededGenerator(8)).AddTo(answer);

        Assert.Equal(LoginStatus.AuthenticationFailure, Refused(Receive(_login, Security, answer)));
    }

    [Fact, Requirement("CHAP-14")]
    public void Each_login_is_asked_something_else()
    {
        string[] asked = [.. Enumerable.Range(0, 20)
            .Select(_ => Convert.ToHexString(Ask("5", out string _, Login()).Bytes)).Distinct()];

        Assert.Equal(20, asked.Length);
        Assert.All(asked, each => Assert.Equal(2 * ChapChallenge.IssuedLength, each.Length));
    }

    [Fact, Requirement("CHAP-17", "CHAP-15")]
    public void Nothing_secret_is_told_by_a_refusal_and_equal_secrets_are_a_problem()
    {
        TextKeys answer = Proof(Ask("5", out _), ChapAlgorithm.Md5, OwnSecret);
        var refusal = Assert.IsType<TargetLoginStep.Refuse>(Receive(_login, Security, answer));
        var same = new TargetAccess
        {
            Users = [new TargetUser(new ChapCredential("user", OwnSecret))],
            Own = new ChapCredential("disk", OwnSecret),
        };

        Assert.DoesNotContain(answer.Find(ChapKey.Response)!, refusal.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("the same secret", Assert.Single(same.Problems()), StringComparison.Ordinal);
        Assert.Empty(_access.Problems());
    }

    private TargetLogin Login() => new(new TargetServerOptions(), new Policy(this), _terms);

    private ChapChallenge Ask(string offer, out string chosen, TargetLogin? login = null)
    {
        login ??= _login;
        TargetLoginStep.Respond method = Respond(login, Security, Keys(Names + " AuthMethod=CHAP,None"));
        Assert.Equal(
            (false, ChapKey.Method),
            (method.Response.Transit, TextKeys.Decode(method.Text.Span).Find(KeyName.AuthMethod)));
        TargetLoginStep.Respond question = Respond(
            login, Security with { Transit = false }, new() { { ChapKey.Algorithm, offer } });
        var keys = TextKeys.Decode(question.Text.Span);
        chosen = keys.Find(ChapKey.Algorithm)!;
        return ChapChallenge.Read(keys.Find(ChapKey.Identifier)!, keys.Find(ChapKey.Challenge)!);
    }

    private static TextKeys Proof(
        ChapChallenge asked, ChapAlgorithm algorithm, ChapSecret secret, string name = "user") => new()
        {
            { ChapKey.Name, name },
            { ChapKey.Response, TextBinary.Format(asked.Answer(algorithm, secret)) },
        };

    private static TextKeys Keys(string keys) =>
        TextKeys.Decode(ScriptedInitiator.Text(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static TargetLoginStep Receive(TargetLogin login, LoginRequest request, TextKeys keys) =>
        login.Receive(request, keys.Encode());

    private static TargetLoginStep Receive(TargetLogin login, LoginRequest request, string keys) =>
        Receive(login, request, Keys(keys));

    private static TargetLoginStep.Respond Respond(TargetLogin login, LoginRequest request, TextKeys keys) =>
        Assert.IsType<TargetLoginStep.Respond>(Receive(login, request, keys));

    private static LoginStatus Refused(TargetLoginStep step) =>
        Assert.IsType<TargetLoginStep.Refuse>(step).Response.Status;

    private sealed class Policy(TargetChapTests test) : ILoginPolicy
    {
        public LoginVerdict Judge(IscsiName initiator, IscsiName? target, IPAddress? from) =>
            new() { Status = LoginStatus.Success, Access = test._access };
    }
}
