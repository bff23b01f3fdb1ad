using System.Security.Cryptography;
using IscsiMount.Protocol.Authentication;

namespace IscsiMount.Initiator.Tests.Support;

/// <summary>A user with a secret, and what the target has to prove.</summary>
internal sealed class Secrets : IDisposable
{
    public const string User = "user";
    public const string OfUser = "secret-of-twelve";
    public const string Target = "storage";
    public const string OfTarget = "target-secret-12";

    private readonly ChapSecret _own;
    private readonly ChapSecret? _target;
    private readonly RandomNumberGenerator _chance = RandomNumberGenerator.Create();

    public Secrets(string own = OfUser, string? target = null)
    {
        _own = ChapSecret.Copy(own);
        _target = target is null ? null : ChapSecret.Copy(target);
    }

    /// <summary>Options for one session.</summary>
    public SessionOptions Apply(SessionOptions options, params ChapAlgorithm[] algorithms)
    {
        var proof = new InitiatorChapOptions
        {
            Own = new ChapCredential(User, _own),
            OfTarget = _target is null ? null : new ChapCredential(Target, _target),
            Algorithms = algorithms.Length > 0 ? algorithms : ChapAlgorithm.Supported,
        };
        return options with { Authentication = new InitiatorChap(proof, _chance, new ChallengeMemory()).Begin };
    }

    public void Dispose()
    {
        _own.Dispose();
        _target?.Dispose();
        _chance.Dispose();
    }
}
