using System.Security.Cryptography;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;

namespace IscsiMount.Protocol.Authentication;

/// <summary>
/// The initiator's side of CHAP for all logins of a session. It makes the proof for each of them anew, and keeps what
/// they have to know of each other: which challenges were met, and that a target refused our list of algorithms.
/// </summary>
public sealed class InitiatorChap
{
    private readonly RandomNumberGenerator _chance;
    private readonly ChallengeMemory _issued;
    private readonly ChallengeMemory _received = new();
    private volatile bool _isListRefused;

    /// <param name="options">What is proved; its secrets are read at each login.</param>
    /// <param name="chance">Where challenges come from. It is called by one login at a time or can stand more.</param>
    /// <param name="issued">What this process asks targets, on all of its sessions.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public InitiatorChap(InitiatorChapOptions options, RandomNumberGenerator chance, ChallengeMemory issued)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
        }

        Options = options;
        _chance = chance;
        _issued = issued;
    }

    internal InitiatorChapOptions Options { get; }

    /// <summary>
    /// What CHAP_A offers. MD5 closes each list. COMPAT: old targets (LIO, Synology) refuse a list whatever is in it,
    /// others give the numbers another meaning (tgt); all take MD5 alone.
    /// </summary>
    internal IReadOnlyList<ChapAlgorithm> Offer => _isListRefused
        ? [ChapAlgorithm.Md5]
        : [.. Options.Algorithms.Where(each => each != ChapAlgorithm.Md5), ChapAlgorithm.Md5];

    /// <summary>The proof for one login.</summary>
    public IAuthentication Begin() => new InitiatorChapProof(this);

    /// <summary>A question for the target.</summary>
    internal ChapChallenge Draw()
    {
        var challenge = ChapChallenge.Draw(_chance);
        Invariant.Holds(_issued.Add(challenge));
        return challenge;
    }

    /// <summary>Why a question of the target is not answered; null if it is.</summary>
    internal string? ObjectionTo(ChapChallenge challenge)
    {
        if (_issued.Contains(challenge))
        {
            return "The target sends us a challenge of our own: somebody wants us to prove him by our answer.";
        }

        if (challenge.IsWeak)
        {
            return "The challenge of the target is too weak to prove anything.";
        }

        return _received.Add(challenge)
            ? null
            : "The target uses a challenge again: an answer that was overheard would be right once more.";
    }

    /// <summary>A target did not take the list.</summary>
    /// <returns>Whether there is less to offer.</returns>
    internal bool OfferLess(IReadOnlyList<ChapAlgorithm> refused)
    {
        bool isWorthIt = refused.Count > 1 && Options.Algorithms.Contains(ChapAlgorithm.Md5);
        _isListRefused |= isWorthIt;
        return isWorthIt;
    }
}
