using IscsiMount.Primitives;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Authentication;

public sealed class InitiatorChapTests : IDisposable
{
    private const string Challenge = "0x101112131415161718191a1b1c1d1e1f";

    private readonly ChapSecret _ownSecret = ChapSecret.Copy("IscsiMountSecret"u8);
    private readonly ChapSecret _targetSecret = ChapSecret.Copy("secret of target"u8);
    private readonly SeededGenerator _chance = new(7);
    private readonly ChallengeMemory _issued = new();

    public void Dispose()
    {
        _ownSecret.Dispose();
        _targetSecret.Dispose();
        _chance.Dispose();
    }

    [Fact, Requirement("CHAP-01", "CHAP-08")]
    public void A_challenge_is_answered_and_nothing_is_left_to_prove()
    {
        IAuthentication proof = New(OneWay()).Begin();

        Assert.Equal("CHAP", proof.Methods);
        var offer = Assert.IsType<AuthenticationStep.Continue>(proof.Begin("CHAP"));
        Assert.False(offer.MayTransit);
        Assert.Equal(ChapAlgorithm.Format(ChapAlgorithm.Supported), offer.Keys.Find("CHAP_A"));

        var answer = Assert.IsType<AuthenticationStep.Satisfied>(proof.Receive(Asked("7", "23", Challenge)));
        Assert.Equal(
            ["CHAP_N=user", "CHAP_R=0x3b5c945e96a2b88c2e04d285be04d7b4a1fb333d4be16c3422aa5cea9fa7462d"],
            answer.Keys.Select(pair => pair.ToString()));
    }

    [Theory, Requirement("CHAP-01", "CHAP-10", "CHAP-14")]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("7")]
    public void A_target_that_was_challenged_has_to_answer_with_the_same_hash(string algorithm)
    {
        IAuthentication proof = Challenging(New(Mutual()), algorithm, out ChapChallenge own);

        AuthenticationStep step = proof.Receive(Proved("target", own, algorithm));

        Assert.Empty(Assert.IsType<AuthenticationStep.Satisfied>(step).Keys);
        Assert.Equal(16, own.Bytes.Length);
    }

    [Fact, Requirement("CHAP-09", "CHAP-10")]
    public void A_target_that_does_not_prove_itself_is_refused()
    {
        Assert.All(
            new Func<ChapChallenge, TextKeys>[]
            {
                own => Proved("Target", own, "7"),
                own => Proved("target", own, "5"),
                own => Proved("target", ChapChallenge.Read("1", "0x0102030405060708"), "7"),
                own => new TextKeys { { "CHAP_N", "target" }, { "CHAP_R", "0x00" } },
                own => [],
            },
            proving =>
            {
                IAuthentication proof = Challenging(New(Mutual()), "7", out ChapChallenge own);
                Assert.IsType<AuthenticationStep.Failed>(proof.Receive(proving(own)));
            });
    }

    [Fact, Requirement("CHAP-13")]
    public void Our_own_answer_proves_nobody_else()
    {
        IAuthentication proof = Challenging(New(Mutual()), "7", out ChapChallenge own);
        string ours = TextBinary.Format(own.Answer(ChapAlgorithm.Sha256, _ownSecret));

        AuthenticationStep step = proof.Receive(new TextKeys { { "CHAP_N", "target" }, { "CHAP_R", ours } });

        string reason = Assert.IsType<AuthenticationStep.Failed>(step).Reason;
        Assert.Contains("our own secret", reason, StringComparison.Ordinal);
    }

    [Theory, Requirement("CHAP-04", "CHAP-06")]
    [InlineData("CHAP_A=9\0CHAP_I=1\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_A=MD5\0CHAP_I=1\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_I=1\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_A=5\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_A=5\0CHAP_I=1\0")]
    [InlineData("CHAP_A=5\0CHAP_I=1\0CHAP_C=0x1011121314151617\0CHAP_N=target\0")]
    [InlineData("CHAP_A=5\0CHAP_A=5\0CHAP_I=1\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_A=5\0CHAP_I=256\0CHAP_C=0x1011121314151617\0")]
    [InlineData("CHAP_N=target\0CHAP_R=0x00\0")]
    [InlineData("")]
    public void A_step_with_other_keys_breaks_a_rule(string text)
    {
        IAuthentication proof = New(Mutual()).Begin();
        proof.Begin("CHAP");

        Assert.Throws<ProtocolViolationException>(() => proof.Receive(Keys(text)));
    }

    [Theory, Requirement("CHAP-04", "CHAP-10")]
    [InlineData("CHAP_N=target\0")]
    [InlineData("CHAP_R=0x00\0")]
    [InlineData("CHAP_N=target\0CHAP_R=0x00\0CHAP_I=1\0")]
    public void A_proof_with_other_keys_breaks_a_rule(string text)
    {
        IAuthentication proof = Challenging(New(Mutual()), "7", out _);

        Assert.Throws<ProtocolViolationException>(() => proof.Receive(Keys(text)));
    }

    [Fact, Requirement("CHAP-04")]
    public void Keys_after_the_end_are_refused()
    {
        IAuthentication proof = New(OneWay()).Begin();
        proof.Begin("CHAP");
        proof.Receive(Asked("7", "1", Challenge));

        Assert.IsType<AuthenticationStep.Failed>(proof.Receive(Keys("CHAP_N=target\0CHAP_R=0x00\0")));
    }

    [Fact, Requirement("CHAP-12")]
    public void A_challenge_of_our_own_is_not_answered_on_any_connection()
    {
        Challenging(New(Mutual()), "7", out ChapChallenge own);

        IAuthentication other = New(OneWay()).Begin();
        other.Begin("CHAP");
        AuthenticationStep step = other.Receive(Asked("7", "99", TextBinary.Format(own.Bytes)));

        Assert.Contains("of our own", Assert.IsType<AuthenticationStep.Failed>(step).Reason, StringComparison.Ordinal);
    }

    [Fact, Requirement("CHAP-14")]
    public void A_challenge_that_comes_again_is_not_answered()
    {
        InitiatorChap chap = New(OneWay());
        Challenged(chap, Challenge);

        AuthenticationStep step = Challenged(chap, Challenge);

        Assert.Contains("again", Assert.IsType<AuthenticationStep.Failed>(step).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x01020304050607", true)]
    [InlineData("0x0102030405060708", false)]
    [InlineData("0x00000000000000000000000000000000", true)]
    [InlineData("0xffffffffffffffffffffffffffffffff", true)]
    public void A_weak_challenge_is_not_answered(string challenge, bool isWeak)
    {
        Assert.Equal(isWeak, Challenged(New(OneWay()), challenge) is AuthenticationStep.Failed);
    }

    [Fact, Requirement("CHAP-02", "CHAP-17")]
    public void Md5_is_offered_always_and_taken_only_if_it_may_be()
    {
        InitiatorChapOptions options = OneWay() with { Algorithms = [ChapAlgorithm.Sha256] };
        IAuthentication proof = New(options).Begin();

        var offer = Assert.IsType<AuthenticationStep.Continue>(proof.Begin("CHAP"));

        Assert.Equal("7,5", offer.Keys.Find("CHAP_A"));
        Assert.IsType<AuthenticationStep.Failed>(proof.Receive(Asked("5", "1", Challenge)));
        Assert.False(proof.OffersLessNextTime(null));
    }

    [Fact, Requirement("CHAP-02")]
    public void Where_a_target_refuses_the_list_the_next_login_offers_md5_alone_and_once()
    {
        InitiatorChap chap = New(OneWay());
        IAuthentication first = chap.Begin();
        Assert.False(first.OffersLessNextTime(null));
        first.Begin("CHAP");
        Assert.IsType<AuthenticationStep.Failed>(first.Receive(Keys("CHAP_A=Reject\0")));
        Assert.True(first.OffersLessNextTime(null));

        IAuthentication second = chap.Begin();
        var offer = Assert.IsType<AuthenticationStep.Continue>(second.Begin("CHAP"));

        Assert.Equal("5", offer.Keys.Find("CHAP_A"));
        Assert.False(second.OffersLessNextTime(null));
    }

    [Theory]
    [InlineData("7", 0x0201, false)]
    [InlineData("7", 0x0200, true)]
    [InlineData("5", 0x0200, false)]
    public void An_answer_that_a_target_cannot_read_is_given_by_md5_and_a_secret_that_it_refuses_is_not_tried_again(
        string algorithm, int code, bool isTriedAgain)
    {
        IAuthentication proof = New(OneWay()).Begin();
        proof.Begin("CHAP");
        proof.Receive(Asked(algorithm, "1", Challenge));

        Assert.Equal(isTriedAgain, proof.OffersLessNextTime(new LoginStatus((ushort)code)));
    }

    [Fact, Requirement("CHAP-18")]
    public void Every_login_of_a_session_proves_the_same_user_by_the_same_method()
    {
        InitiatorChap chap = New(OneWay());
        IAuthentication first = chap.Begin();
        IAuthentication second = chap.Begin();
        first.Begin("CHAP");
        second.Begin("CHAP");

        var one = Assert.IsType<AuthenticationStep.Satisfied>(first.Receive(Asked("7", "1", Challenge)));
        var other = Assert.IsType<AuthenticationStep.Satisfied>(
            second.Receive(Asked("7", "2", "0x202122232425262728292a2b2c2d2e2f")));

        Assert.Equal((first.Methods, one.Keys.Find("CHAP_N")), (second.Methods, other.Keys.Find("CHAP_N")));
        Assert.NotEqual(one.Keys.Find("CHAP_R"), other.Keys.Find("CHAP_R"));
    }

    [Theory, Requirement("CHAP-17")]
    [InlineData(true, false, "CHAP")]
    [InlineData(false, false, "CHAP,None")]
    [InlineData(false, true, "CHAP")]
    public void Going_without_a_proof_is_offered_only_if_nobody_demands_one(
        bool isRequired, bool isMutual, string methods)
    {
        InitiatorChapOptions options = isMutual ? Mutual() : OneWay();
        IAuthentication proof = New(options with { IsRequired = isRequired }).Begin();

        Assert.Equal(methods, proof.Methods);
    }

    [Fact]
    public void A_target_that_wants_no_proof_may_go_on()
    {
        IAuthentication proof = New(OneWay() with { IsRequired = false }).Begin();

        Assert.IsType<AuthenticationStep.Satisfied>(proof.Begin("None"));
    }

    [Fact, Requirement("CHAP-15")]
    public void Both_sides_must_not_have_the_same_secret()
    {
        using ChapSecret same = ChapSecret.Copy("IscsiMountSecret"u8);
        InitiatorChapOptions options = OneWay() with { OfTarget = new ChapCredential("target", same) };

        var refused = Assert.Throws<ArgumentException>(() => New(options));

        Assert.Contains("must differ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("IscsiMountSecret", refused.ToString(), StringComparison.Ordinal);
    }

    private static TextKeys Keys(string text) => TextKeys.Decode(System.Text.Encoding.UTF8.GetBytes(text));

    private static TextKeys Asked(string algorithm, string identifier, string challenge) => new()
    {
        { "CHAP_A", algorithm }, { "CHAP_I", identifier }, { "CHAP_C", challenge },
    };

    private static AuthenticationStep Challenged(InitiatorChap chap, string challenge)
    {
        IAuthentication proof = chap.Begin();
        proof.Begin("CHAP");
        return proof.Receive(Asked("7", "1", challenge));
    }

    private InitiatorChap New(InitiatorChapOptions options) => new(options, _chance, _issued);

    private InitiatorChapOptions OneWay() => new() { Own = new ChapCredential("user", _ownSecret) };

    private InitiatorChapOptions Mutual() =>
        OneWay() with { OfTarget = new ChapCredential("target", _targetSecret) };

    private static IAuthentication Challenging(InitiatorChap chap, string algorithm, out ChapChallenge own)
    {
        IAuthentication proof = chap.Begin();
        proof.Begin("CHAP");
        var step = Assert.IsType<AuthenticationStep.Continue>(proof.Receive(Asked(algorithm, "1", Challenge)));
        Assert.True(step.MayTransit);
        own = ChapChallenge.Read(step.Keys.Find("CHAP_I")!, step.Keys.Find("CHAP_C")!);
        return proof;
    }

    private TextKeys Proved(string name, ChapChallenge challenge, string algorithm)
    {
        ChapAlgorithm hash = ChapAlgorithm.Supported.Single(each => $"{each.Number}" == algorithm);
        return new TextKeys
        {
            { "CHAP_N", name },
            { "CHAP_R", TextBinary.Format(challenge.Answer(hash, _targetSecret)) },
        };
    }
}
