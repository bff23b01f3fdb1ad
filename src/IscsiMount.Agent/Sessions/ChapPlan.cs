using System.Security.Cryptography;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using IscsiMount.Protocol.Authentication;

namespace IscsiMount.Agent.Sessions;

/// <summary>Makes proofs of what users ask for. All of them know the challenges that any of them has sent.</summary>
/// <param name="chance">Where challenges come from.</param>
internal sealed class ChapPlan(RandomNumberGenerator chance)
{
    private readonly ChallengeMemory _issued = new();

    /// <summary>Takes the secrets over, and clears those of the request.</summary>
    /// <returns>Null where nothing is to be proved.</returns>
    /// <exception cref="ControlException">Something is wrong with what was asked for.</exception>
    public HeldChap? Take(ChapRequest? request)
    {
        if (request is null)
        {
            return null;
        }

        using (request)
        {
            var secrets = new List<ChapSecret>();
            try
            {
                return new HeldChap(Options(request, secrets), chance, _issued);
            }
            catch (ControlException)
            {
                secrets.ForEach(secret => secret.Dispose());
                throw;
            }
        }
    }

    private static InitiatorChapOptions Options(ChapRequest request, List<ChapSecret> secrets)
    {
        ChapCredential? ofTarget = null;
        if (request is { TargetUser: { } name, TargetSecret: { } secret })
        {
            ofTarget = Credential(name, secret);
        }

        var options = new InitiatorChapOptions
        {
            Own = Credential(request.User, request.Secret),
            OfTarget = ofTarget,
            Algorithms = request.Algorithms is { } names ? [.. names.Select(Algorithm)] : ChapAlgorithm.Supported,
        };
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? options : throw Unusable(string.Join(' ', problems));

        ChapCredential Credential(string user, byte[] bytes)
        {
            if (ChapSecret.ObjectionTo(bytes.Length) is { } objection)
            {
                throw Unusable(objection);
            }

            secrets.Add(ChapSecret.Copy(bytes));
            return new ChapCredential(user, secrets[^1]);
        }
    }

    private static ControlException Unusable(string reason) => new(
        ErrorCode.SecretUnusable,
        "The authentication cannot be done like this.",
        reason,
        "Set up another secret at both ends.");

    private static ChapAlgorithm Algorithm(string name) => ChapAlgorithm.FindByName(name) ?? throw new ControlException(
        ErrorCode.WrongUsage,
        $"'{name}' is no hash of CHAP.",
        hint: $"There are {string.Join(", ", ChapAlgorithm.Supported)}.");
}
