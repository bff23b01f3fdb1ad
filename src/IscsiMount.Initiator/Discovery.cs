using IscsiMount.Initiator.Connections;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Initiator;

/// <summary>Asks a portal which targets there are.</summary>
public static class Discovery
{
    /// <summary>
    /// Asks for all targets that this initiator may use (SendTargets, RFC 7143 Appendix C), in a session of its own
    /// that is over when this returns. A target that names no portal is at the portal that was asked.
    /// </summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    /// <exception cref="LoginRefusedException">The portal did not let us in.</exception>
    /// <exception cref="Transport.ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="Primitives.ProtocolViolationException">The portal broke a rule of the protocol.</exception>
    public static async Task<IReadOnlyList<DiscoveredTarget>> SendTargetsAsync(
        PortalAddress portal,
        SessionOptions options,
        InitiatorServices services,
        CancellationToken cancellationToken)
    {
        Session session = await new LoginAttempt(options, services).DiscoverAsync(portal, cancellationToken);
        await using (session)
        {
            TextKeys answer = await session.AskTextAsync(
                new TextKeys { { KeyName.SendTargets, SendTargetsAnswer.All } },
                SendTargetsAnswer.LengthMax,
                cancellationToken);
            return [.. SendTargetsAnswer.Read(answer).Select(target => WithAddress(target, session.Portal))];
        }
    }

    private static DiscoveredTarget WithAddress(DiscoveredTarget target, PortalAddress asked) =>
        target.Addresses.Count > 0 ? target : target with { Addresses = [new TargetAddress(asked, null)] };
}
