using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Target.Sessions;

/// <summary>
/// Answers the texts of the full feature phase: SendTargets (RFC 7143 Appendix C), and a new
/// MaxRecvDataSegmentLength of the initiator.
/// </summary>
/// <remarks>
/// <code>
///   SendTargets      discovery session                 normal session
///   All              every target that it may see      Reject
///   empty            the target named at login         the target of the session
///   a name           that target, if it may see it     the target of the session, if that is its name
/// </code>
/// </remarks>
/// <param name="own">The target of the session, if it named one.</param>
/// <param name="visible">The targets that the initiator may see.</param>
/// <param name="addresses">Where they are.</param>
internal sealed class TextAnswers(
    IscsiName? own, bool isDiscovery, IReadOnlyList<IscsiName> visible, IReadOnlyList<TargetAddress> addresses)
{
    /// <summary>The length that the initiator has declared anew in this exchange, if it has.</summary>
    public int? NewSegmentLength { get; private set; }

    /// <summary>The answer to a text, or nothing if it breaks a rule.</summary>
    public TextKeys? Answer(TextKeys request)
    {
        NewSegmentLength = null;
        TextKeys answers = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (TextPair pair in request)
        {
            KeyDefinition? key = KeyTable.Find(pair.Key);
            bool isAllowed = key is null
                || (key.From.HasFlag(Party.Initiator) && key.IsAllowedIn(LoginStage.FullFeaturePhase)
                    && key.Name != KeyName.TargetName && key.IsAdmissible(pair.Value));
            if (!seen.Add(pair.Key) || !isAllowed || (isDiscovery && pair.Key != KeyName.SendTargets))
            {
                return null;
            }

            Take(pair, key, answers);
        }

        return answers;
    }

    private void Take(TextPair pair, KeyDefinition? key, TextKeys answers)
    {
        switch (key?.Name)
        {
            case null:
                answers.Add(pair.Key, TextAnswer.NotUnderstood);
                return;
            case KeyName.SendTargets when pair.Value == SendTargetsAnswer.All && !isDiscovery:
                answers.Add(pair.Key, TextAnswer.Reject);
                return;
            case KeyName.SendTargets:
                answers.AddRange(SendTargetsAnswer.Write(Find(pair.Value).Select(Describe)));
                return;
            case KeyName.MaxRecvDataSegmentLength when TextNumber.TryParse(pair.Value, out ulong length):
                NewSegmentLength = (int)length;
                return;
            default:
                return;
        }
    }

    private IEnumerable<IscsiName> Find(string wanted)
    {
        if (wanted == SendTargetsAnswer.All)
        {
            return visible;
        }

        IEnumerable<IscsiName> reachable = isDiscovery ? visible : visible.Where(name => name == own);
        return wanted.Length == 0
            ? reachable.Where(name => name == own)
            : reachable.Where(name => IscsiName.TryPrepare(wanted, out IscsiName? prepared, out _) && name == prepared);
    }

    private DiscoveredTarget Describe(IscsiName name) => new() { Name = name, Addresses = addresses };
}
