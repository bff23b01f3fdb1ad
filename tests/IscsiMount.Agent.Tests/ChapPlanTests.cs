using IscsiMount.Agent.Sessions;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Agent.Tests;

public sealed class ChapPlanTests : IDisposable
{
    private static readonly SessionOptions Options = new() { InitiatorName = "iqn.2026-01.com.example:host" };

    private readonly SeededGenerator _chance = new(9);
    private int _challenges = 16;

    public void Dispose() => _chance.Dispose();

    [Fact, Requirement("CHAP-15", "CHAP-17")]
    public void The_secrets_of_a_request_are_cleared_when_they_are_taken_and_those_of_a_session_when_it_goes()
    {
        byte[] secret = "secret-of-twelve"u8.ToArray();
        byte[] targetSecret = "target-secret-12"u8.ToArray();
        ChapRequest request = new()
        {
            User = "user",
            Secret = secret,
            TargetUser = "storage",
            TargetSecret = targetSecret,
        };

        HeldChap chap = new ChapPlan(_chance).Take(request)!;

        Assert.All(secret.Concat(targetSecret), each => Assert.Equal(0, each));
        Assert.True(chap.IsMutual);
        Assert.IsType<AuthenticationStep.Continue>(Challenge(chap));
        chap.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Challenge(chap));
    }

    [Fact, Requirement("CHAP-17")]
    public void A_list_of_targets_is_taken_from_a_portal_that_wants_no_secret_and_a_session_is_not()
    {
        using HeldChap chap = new ChapPlan(_chance).Take(
            new ChapRequest { User = "user", Secret = "secret-of-twelve"u8.ToArray() })!;

        Assert.Equal("CHAP,None", chap.AtDiscovery(Options).Authentication().Methods);
        Assert.Equal("CHAP", chap.AtLogin(Options).Authentication().Methods);
    }

    [Theory]
    [InlineData("elevenbytes", null, ErrorCode.SecretUnusable)]
    [InlineData("secret-of-twelve", "SHA-512", ErrorCode.WrongUsage)]
    public void What_cannot_be_used_is_refused_and_cleared(string text, string? algorithm, ErrorCode code)
    {
        byte[] secret = System.Text.Encoding.UTF8.GetBytes(text);
        ChapRequest request = new()
        {
            User = "user",
            Secret = secret,
            Algorithms = algorithm is null ? null : [algorithm],
        };

        var refused = Assert.Throws<ControlException>(() => new ChapPlan(_chance).Take(request));

        Assert.Equal(code, refused.Problem.Code);
        Assert.Equal(new byte[secret.Length], secret);
        Assert.DoesNotContain(text, refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_user_nothing_is_proved()
    {
        Assert.Null(new ChapPlan(_chance).Take(null));
    }

    private AuthenticationStep Challenge(HeldChap chap)
    {
        IAuthentication proof = chap.AtLogin(Options).Authentication();
        proof.Begin("CHAP");
        string challenge = $"0x{_challenges++:x2}0102030405060708";
        return proof.Receive(new TextKeys { { "CHAP_A", "7" }, { "CHAP_I", "1" }, { "CHAP_C", challenge } });
    }
}
