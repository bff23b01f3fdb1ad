using System.Security.Cryptography;
using IscsiMount.Protocol.Authentication;

namespace IscsiMount.Target.Login;

/// <summary>What all CHAP exchanges of a server share.</summary>
/// <param name="Chance">Where challenges come from. Any thread may call it.</param>
/// <param name="Issued">What was asked lately, on all connections.</param>
internal sealed record ChapTerms(RandomNumberGenerator Chance, ChallengeMemory Issued)
{
    /// <summary>A question that was never asked before.</summary>
    public ChapChallenge Draw()
    {
        ChapChallenge challenge;
        do
        {
            challenge = ChapChallenge.Draw(Chance);
        }
        while (!Issued.Add(challenge));

        return challenge;
    }
}
