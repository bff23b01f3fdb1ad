using System.Net;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;

namespace IscsiMount.Target.Login;

/// <summary>Who may log in to what.</summary>
internal interface ILoginPolicy
{
    /// <summary>What becomes of a login, as far as it depends on who comes from where and wants what.</summary>
    /// <param name="initiator">Who asks.</param>
    /// <param name="target">The target; nothing if only discovery is wanted.</param>
    /// <param name="from">The address of the initiator, if it has one.</param>
    LoginVerdict Judge(IscsiName initiator, IscsiName? target, IPAddress? from);
}

/// <summary>What a policy says of a login before any proof.</summary>
internal sealed record LoginVerdict
{
    public static LoginVerdict NotFound { get; } = new() { Status = LoginStatus.NotFound };

    public static LoginVerdict NotAllowed { get; } = new() { Status = LoginStatus.AuthorizationFailure };

    /// <summary>Success, not found, or not authorised.</summary>
    public required LoginStatus Status { get; init; }

    /// <summary>What the initiator has to prove, and what the target can.</summary>
    public TargetAccess Access { get; init; } = TargetAccess.Everyone;

    /// <summary>The alias of the target, if it has one.</summary>
    public string? Alias { get; init; }

    /// <summary>Where the target is, if it is not here.</summary>
    public TargetRedirect? MovedTo { get; init; }
}
