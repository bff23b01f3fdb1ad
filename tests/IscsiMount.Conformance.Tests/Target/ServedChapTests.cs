using System.Security.Cryptography;
using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Target.Access;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>Our initiator and our target prove to each other who they are.</summary>
public sealed class ServedChapTests : IDisposable
{
    private readonly ChapSecret _secret = ChapSecret.Copy("secret-of-twelve");
    private readonly ChapSecret _targetSecret = ChapSecret.Copy("target-secret-12");
    private readonly ChapSecret _wrong = ChapSecret.Copy("secret-of-others");
    private readonly RandomNumberGenerator _chance = RandomNumberGenerator.Create();

    public static TheoryData<string> Algorithms => [.. ChapAlgorithm.Supported.Select(each => each.Name)];

    public void Dispose()
    {
        _secret.Dispose();
        _targetSecret.Dispose();
        _wrong.Dispose();
        _chance.Dispose();
    }

    [Theory, Requirement("CHAP-01", "CHAP-03", "CHAP-08", "CHAP-10")]
    [MemberData(nameof(Algorithms))]
    public async Task Both_prove_themselves_by_every_hash(string name)
    {
        ChapAlgorithm algorithm = ChapAlgorithm.FindByName(name)!;
        await using ServedTarget target = await StartAsync();

        Session session = await target.LoginAsync(Options(_secret, _targetSecret, algorithm));

        Assert.Equal(SessionState.LoggedIn, session.Snapshot().State);
    }

    [Fact, Requirement("CHAP-09", "CHAP-10", "CHAP-17")]
    public async Task Neither_takes_another_secret_or_none()
    {
        await using ServedTarget target = await StartAsync();

        var refused = await Assert.ThrowsAsync<LoginRefusedException>(
            () => target.LoginAsync(Options(_wrong, _targetSecret)));
        var left = await Assert.ThrowsAsync<LoginRefusedException>(
            () => target.LoginAsync(Options(_secret, _wrong)));
        var without = await Assert.ThrowsAsync<LoginRefusedException>(() => target.LoginAsync());

        Assert.Equal(LoginStatus.AuthenticationFailure, refused.Status);
        Assert.Equal(LoginObjection.Proof, left.Objection);
        Assert.True(without.IsAuthentication);
    }

    private Task<ServedTarget> StartAsync() => ServedTarget.StartAsync(
        [new MemoryBlockDevice(64)],
        access: new TargetAccess
        {
            Users = [new TargetUser(new ChapCredential("user", _secret))],
            Own = new ChapCredential("storage", _targetSecret),
        });

    private SessionOptions Options(ChapSecret own, ChapSecret ofTarget, params ChapAlgorithm[] algorithms)
    {
        var proof = new InitiatorChapOptions
        {
            Own = new ChapCredential("user", own),
            OfTarget = new ChapCredential("storage", ofTarget),
            Algorithms = algorithms.Length > 0 ? algorithms : ChapAlgorithm.Supported,
        };
        var chap = new InitiatorChap(proof, _chance, new ChallengeMemory());
        return ServedTarget.Usual with { Authentication = chap.Begin };
    }
}
