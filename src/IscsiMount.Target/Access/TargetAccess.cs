using System.Net;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Access;

/// <summary>
/// Who may use a target, or ask for targets: which initiators, from where, and with which proof. Without any of it,
/// everyone may.
/// </summary>
/// <remarks>
/// A name is no proof: whoever knows it can claim it. Against more than mistakes only <see cref="Users"/> help. The
/// secrets belong to whoever made them, and have to live as long as the server.
/// </remarks>
public sealed record TargetAccess
{
    /// <summary>Nobody is turned away.</summary>
    public static TargetAccess Everyone { get; } = new();

    /// <summary>The initiators that may; none stands for all.</summary>
    public IReadOnlyList<InitiatorPattern> Initiators { get; init; } = [];

    /// <summary>Where they may come from; none stands for everywhere.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>Who may prove himself by CHAP; none means that no proof is wanted.</summary>
    public IReadOnlyList<TargetUser> Users { get; init; } = [];

    /// <summary>How the target proves itself to an initiator that asks for it; nothing means that it cannot.</summary>
    public ChapCredential? Own { get; init; }

    /// <summary>What is wrong with it, each as a sentence. Nothing secret is in them.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (string name in Users.Select(user => user.Credential.Name).Append(Own?.Name ?? "-"))
        {
            if (ChapCredential.ObjectionTo(name) is { } objection)
            {
                yield return objection;
            }
        }

        foreach (IGrouping<string, TargetUser> twins in Users.GroupBy(user => user.Credential.Name))
        {
            if (twins.Count() > 1)
            {
                yield return $"There are {twins.Count()} users with the name '{twins.Key}'.";
            }
        }

        foreach (TargetUser user in Users.Where(user => Own is not null && Own.Secret.Matches(user.Credential.Secret)))
        {
            yield return $"The target has the same secret as its user '{user.Credential.Name}': "
                + "then an answer of the one would be an answer of the other.";
        }
    }

    /// <summary>Whether an initiator may come from there, as far as names and addresses tell.</summary>
    internal bool Admits(IscsiName initiator, IPAddress? from) =>
        (Initiators.Count == 0 || Initiators.Any(pattern => pattern.Matches(initiator)))
        && (Networks.Count == 0 || (from is not null && Networks.Any(network => network.Contains(from))));
}
