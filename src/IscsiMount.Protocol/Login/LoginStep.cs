using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Protocol.Login;

/// <summary>What the owner of a <see cref="LoginMachine"/> does next. There are no other cases.</summary>
public abstract record LoginStep
{
    private LoginStep()
    {
    }

    /// <summary>Send this request and wait for its response.</summary>
    public sealed record Send(LoginRequest Request, ReadOnlyMemory<byte> Text) : LoginStep;

    /// <summary>The connection is in the full feature phase. From its next PDU on the digests hold.</summary>
    public sealed record Finished(LoginResult Result) : LoginStep;

    /// <summary>Close, and log in to the same target at the other address, with the same proofs.</summary>
    public sealed record Redirected(TargetAddress Address, bool IsPermanent) : LoginStep;

    /// <summary>Close, and log in once more: the next proof offers less, which the target may take.</summary>
    public sealed record OfferLess : LoginStep;

    /// <summary>Close: the target does not want us.</summary>
    public sealed record Refused(LoginStatus Status) : LoginStep;

    /// <summary>Close: we do not want the target as it is.</summary>
    /// <param name="Objection">What we object to.</param>
    /// <param name="Reason">A sentence for the user.</param>
    public sealed record Unacceptable(LoginObjection Objection, string Reason) : LoginStep;
}

/// <summary>What we have against a target.</summary>
public enum LoginObjection
{
    /// <summary>It takes none of our ways to authenticate.</summary>
    AuthenticationMethod,

    /// <summary>It does not prove what it has to, or in a way that proves nothing.</summary>
    Proof,

    /// <summary>The digests.</summary>
    Digests,

    /// <summary>It sends us from one address to the next without an end.</summary>
    Redirections,
}

/// <summary>With what a connection enters the full feature phase.</summary>
public sealed record LoginResult
{
    public required SessionParameters Parameters { get; init; }

    /// <summary>The target's part of the session identifier. It is never 0.</summary>
    public required ushort Tsih { get; init; }

    /// <summary>The number of the first command of a new session.</summary>
    public required SerialNumber CmdSN { get; init; }

    public required SerialNumber ExpCmdSN { get; init; }

    public required SerialNumber MaxCmdSN { get; init; }

    public required SerialNumber ExpStatSN { get; init; }
}
