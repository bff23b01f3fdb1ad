using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Access;

/// <summary>Who may prove himself by CHAP, and as which initiators.</summary>
/// <param name="Credential">The name and the secret.</param>
/// <param name="Initiators">
/// The initiators that may use this name (RFC 7143 §9.2.1); none stands for all.
/// </param>
public sealed record TargetUser(ChapCredential Credential, params IReadOnlyList<InitiatorPattern> Initiators)
{
    internal bool Admits(IscsiName initiator) =>
        Initiators.Count == 0 || Initiators.Any(pattern => pattern.Matches(initiator));
}
