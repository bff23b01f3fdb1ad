using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Login;

/// <summary>What the owner of a <see cref="TargetLogin"/> does next. There are no other cases.</summary>
internal abstract record TargetLoginStep
{
    private TargetLoginStep()
    {
    }

    /// <summary>The login goes on with this response, whose StatSN is still to be given.</summary>
    public sealed record Respond(LoginResponse Response, ReadOnlyMemory<byte> Text) : TargetLoginStep;

    /// <summary>The login has failed. The connection is closed behind this response.</summary>
    public sealed record Refuse(LoginResponse Response, ReadOnlyMemory<byte> Text, string Reason) : TargetLoginStep;

    /// <summary>
    /// Everything is agreed on. If there is room for the session, <see cref="TargetLogin.Accept"/> makes the last
    /// response, and otherwise <see cref="TargetLogin.Reject"/>.
    /// </summary>
    public sealed record Open(LoginProposal Proposal) : TargetLoginStep;
}

/// <summary>A connection that has negotiated everything and wants to be part of a session.</summary>
internal sealed record LoginProposal
{
    public required IscsiName InitiatorName { get; init; }

    public string? InitiatorAlias { get; init; }

    /// <summary>The target; nothing in a discovery session that names none.</summary>
    public IscsiName? TargetName { get; init; }

    /// <summary>Who has proved himself; nothing if no proof was wanted.</summary>
    public string? User { get; init; }

    public required SessionParameters Parameters { get; init; }

    /// <summary>The request that completed the login, for its identifiers and its CmdSN.</summary>
    public required LoginRequest Request { get; init; }

    public bool IsDiscovery => Parameters.SessionType == SessionType.Discovery;
}
