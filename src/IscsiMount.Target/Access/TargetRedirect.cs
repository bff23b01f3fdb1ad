using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Access;

/// <summary>A target that is served elsewhere: its initiators are sent there (RFC 7143 §11.13.5).</summary>
/// <param name="Portal">Where it is.</param>
/// <param name="IsPermanent">Whether initiators may remember it.</param>
public sealed record TargetRedirect(PortalAddress Portal, bool IsPermanent = false)
{
    internal LoginStatus Status => IsPermanent
        ? LoginStatus.TargetMovedPermanently
        : LoginStatus.TargetMovedTemporarily;
}
