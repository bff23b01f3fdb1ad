using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>What an initiator proves, and what it wants to see proved.</summary>
public sealed record InitiatorChapOptions
{
    /// <summary>What we prove.</summary>
    public required ChapCredential Own { get; init; }

    /// <summary>What the target has to prove; null believes it without.</summary>
    public ChapCredential? OfTarget { get; init; }

    /// <summary>
    /// The hashes that we take, the preferred one first. MD5 is offered in any case, as the standard wants it
    /// (RFC 7143 §12.1.3); if it is not among these, a target that chooses it is refused.
    /// </summary>
    public IReadOnlyList<ChapAlgorithm> Algorithms { get; init; } = ChapAlgorithm.Supported;

    /// <summary>
    /// Whether a target that wants no proof is refused. If it has to prove itself, it is refused in any case.
    /// </summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>As AuthMethod offers it.</summary>
    internal string Methods =>
        IsRequired || OfTarget is not null ? ChapKey.Method : $"{ChapKey.Method},{TextAnswer.None}";

    /// <summary>What is wrong with these options, each as a sentence. Nothing means that they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (ChapCredential credential in new[] { Own, OfTarget }.OfType<ChapCredential>())
        {
            if (ChapCredential.ObjectionTo(credential.Name) is { } objection)
            {
                yield return objection;
            }
        }

        if (OfTarget is not null && OfTarget.Secret.Matches(Own.Secret))
        {
            yield return "The secrets of the initiator and of the target must differ: "
                + "with the same one the target could prove itself by our own answer.";
        }

        if (Algorithms.Count == 0)
        {
            yield return "There is no algorithm to offer.";
        }

        foreach (ChapAlgorithm missing in Algorithms.Where(each => !each.IsSupported))
        {
            yield return $"This system cannot compute {missing}.";
        }
    }
}
