using System.Text;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Login;

public sealed class ChapLoginTests : IDisposable
{
    private const string Question = "CHAP_A=7\0CHAP_I=23\0CHAP_C=0x101112131415161718191a1b1c1d1e1f\0";

    private readonly ChapSecret _secret = ChapSecret.Copy("IscsiMountSecret"u8);
    private readonly ChapSecret _targetSecret = ChapSecret.Copy("secret of target"u8);
    private readonly SeededGenerator _chance = new(3);

    public void Dispose()
    {
        _secret.Dispose();
        _targetSecret.Dispose();
        _chance.Dispose();
    }

    [Fact, Rfc7143("12.1.3"), Requirement("CHAP-01")]
    public void We_prove_who_we_are_and_then_ask_to_go_on()
    {
        LoginMachine machine = New(isMutual: false);
        Assert.False(Sent(machine.Start()).Request.Transit);

        LoginStep.Send offer = Sent(machine.Receive(Stay(), "AuthMethod=CHAP\0TargetPortalGroupTag=1\0"));
        Assert.Equal(
            (false, $"CHAP_A={ChapAlgorithm.Format(ChapAlgorithm.Supported)}\0"),
            (offer.Request.Transit, TextOf(offer)));
        LoginStep.Send answer = Sent(machine.Receive(Stay(), Question));
        Assert.Equal(
            (true, "CHAP_N=user\0CHAP_R=0x3b5c945e96a2b88c2e04d285be04d7b4a1fb333d4be16c3422aa5cea9fa7462d\0"),
            (answer.Request.Transit, TextOf(answer)));

        LoginStep.Send next = Sent(machine.Receive(Stay() with { Transit = true }, ""));
        Assert.Equal(LoginStage.LoginOperationalNegotiation, next.Request.CurrentStage);
    }

    [Theory, Requirement("CHAP-10")]
    [InlineData("secret of target", true)]
    [InlineData("secret of others", false)]
    public void We_go_on_only_if_the_target_has_proved_itself(string targetSecret, bool isRight)
    {
        LoginMachine machine = New(isMutual: true);
        machine.Start();
        machine.Receive(Stay(), "AuthMethod=CHAP\0");
        LoginStep.Send answer = Sent(machine.Receive(Stay(), Question));
        TextKeys keys = TextKeys.Decode(answer.Text.Span);
        using ChapSecret secret = ChapSecret.Copy(targetSecret);
        byte[] proof = ChapChallenge.Read(keys.Find("CHAP_I")!, keys.Find("CHAP_C")!)
            .Answer(ChapAlgorithm.Sha256, secret);

        LoginStep step = machine.Receive(
            Stay() with { Transit = true }, $"CHAP_N=target\0CHAP_R={TextBinary.FormatBase64(proof)}\0");

        if (isRight)
        {
            Assert.Equal(LoginStage.LoginOperationalNegotiation, Sent(step).Request.CurrentStage);
        }
        else
        {
            Assert.Equal(LoginObjection.Proof, Assert.IsType<LoginStep.Unacceptable>(step).Objection);
        }
    }

    [Theory, Requirement("CHAP-17")]
    [InlineData("AuthMethod=Reject\0")]
    [InlineData("TargetPortalGroupTag=1\0")]
    public void A_target_that_goes_on_without_chap_is_refused(string text)
    {
        LoginMachine machine = New(isMutual: false);
        machine.Start();
        machine.Receive(Stay(), "");

        LoginStep step = machine.Receive(Stay(), text);

        // What was not asked for cannot be left either: without a method the stage does not end.
        Assert.True(step is LoginStep.Unacceptable || !Sent(step).Request.Transit);
    }

    [Fact]
    public void A_target_that_refuses_before_anything_was_proved_does_not_want_the_method()
    {
        LoginMachine machine = New(isMutual: false);
        machine.Start();

        LoginStep step = machine.Receive(Stay() with { Status = LoginStatus.AuthenticationFailure }, "");

        Assert.Equal(LoginObjection.AuthenticationMethod, Assert.IsType<LoginStep.Unacceptable>(step).Objection);
    }

    [Fact, Requirement("CHAP-17")]
    public void A_method_that_was_not_offered_breaks_a_rule()
    {
        LoginMachine machine = New(isMutual: false);
        machine.Start();

        Assert.Throws<Primitives.ProtocolViolationException>(() => machine.Receive(Stay(), "AuthMethod=None\0"));
    }

    [Theory]
    [InlineData(0x0200, true)]
    [InlineData(0x0201, true)]
    [InlineData(0x0203, false)]
    [InlineData(0x0302, false)]
    public void A_refusal_of_the_list_makes_the_next_login_offer_less(int code, bool isOfTheList)
    {
        LoginMachine machine = New(isMutual: false);
        machine.Start();
        machine.Receive(Stay(), "AuthMethod=CHAP\0");

        LoginStep step = machine.Receive(Stay() with { Status = new((ushort)code) }, "");

        Assert.Equal(isOfTheList, step is LoginStep.OfferLess);
        Assert.Equal(!isOfTheList, step is LoginStep.Refused);
    }

    [Fact]
    public void A_refusal_of_the_secret_is_final()
    {
        LoginMachine machine = New(isMutual: false);
        machine.Start();
        machine.Receive(Stay(), "AuthMethod=CHAP\0");
        machine.Receive(Stay(), Question);

        LoginStep step = machine.Receive(Stay() with { Status = LoginStatus.AuthenticationFailure }, "");

        Assert.Equal(new LoginStep.Refused(LoginStatus.AuthenticationFailure), step);
    }

    private static LoginStep.Send Sent(LoginStep step) => Assert.IsType<LoginStep.Send>(step);

    private static string TextOf(LoginStep.Send send) => Encoding.UTF8.GetString(send.Text.Span);

    private static IscsiName Name(string text)
    {
        Assert.True(IscsiName.TryTake(text, out IscsiName? name));
        return name;
    }

    private LoginMachine New(bool isMutual)
    {
        var identity = new LoginIdentity
        {
            InitiatorName = Name("iqn.2026-01.com.example:host"),
            TargetName = Name("iqn.2026-01.com.example:disk"),
            Isid = new(0x8012_3456_0001),
        };
        var options = new InitiatorChapOptions
        {
            Own = new ChapCredential("user", _secret),
            OfTarget = isMutual ? new ChapCredential("target", _targetSecret) : null,
        };
        var chap = new InitiatorChap(options, _chance, new ChallengeMemory());
        return new LoginMachine(identity, new LoginOffer(), chap.Begin());
    }

    /// <summary>The target stays in the security stage.</summary>
    private static LoginResponse Stay() => new()
    {
        Transit = false,
        Continues = false,
        CurrentStage = LoginStage.SecurityNegotiation,
        NextStage = LoginStage.LoginOperationalNegotiation,
        VersionMax = 0,
        VersionActive = 0,
        DataSegmentLength = 0,
        Isid = new(0x8012_3456_0001),
        Tsih = 0,
        InitiatorTaskTag = 0,
        StatSN = new(0x500),
        ExpCmdSN = new(1),
        MaxCmdSN = new(0x20),
        Status = LoginStatus.Success,
    };
}
