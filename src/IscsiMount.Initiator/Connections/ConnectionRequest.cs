using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator.Connections;

/// <summary>Where a connection goes, and as whom.</summary>
internal sealed record ConnectionRequest
{
    public required PortalAddress Portal { get; init; }

    public required LoginIdentity Identity { get; init; }

    public required LoginOffer Offer { get; init; }

    public required SessionOptions Options { get; init; }

    public required InitiatorServices Services { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The target for people; of a discovery session the portal.</summary>
    public string TargetForPeople => Identity.TargetName?.Value ?? Portal.ToString();
}
