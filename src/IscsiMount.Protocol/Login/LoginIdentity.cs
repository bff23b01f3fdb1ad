using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;

namespace IscsiMount.Protocol.Login;

/// <summary>Who logs in to whom, and to which session the connection will belong.</summary>
public sealed record LoginIdentity
{
    public required IscsiName InitiatorName { get; init; }

    /// <summary>Null only on a discovery session that asks a portal for all of its targets.</summary>
    public required IscsiName? TargetName { get; init; }

    public SessionType SessionType { get; init; }

    /// <summary>What the target may call us in its displays; null to say nothing.</summary>
    public string? InitiatorAlias { get; init; }

    public required Isid Isid { get; init; }

    /// <summary>0 for a new session, else the one that this connection joins or reinstates.</summary>
    public ushort Tsih { get; init; }

    public ushort ConnectionId { get; init; }

    public uint InitiatorTaskTag { get; init; }

    /// <summary>The number of the next command: of a new session its first.</summary>
    public SerialNumber CmdSN { get; init; } = new(1);

    /// <summary>Whether this is the first connection, which settles what holds for the session.</summary>
    public bool IsLeading => Tsih == 0;
}
