using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;

namespace IscsiMount.Initiator;

/// <summary>The target did not let us in, or we did not take it as it is.</summary>
public sealed class LoginRefusedException : StorageFaultException
{
    /// <summary>The target refused.</summary>
    public LoginRefusedException(LoginStatus status)
        : base(FaultScope.Session, $"The target refuses the login: {status.Meaning} (status {status.Code:X4}h).")
    {
        Status = status;
    }

    /// <summary>We refused, for a reason that is a sentence for the user.</summary>
    public LoginRefusedException(LoginObjection objection, string reason)
        : base(FaultScope.Session, reason)
    {
        Objection = objection;
    }

    /// <summary>The word of the target, or nothing if it was us who refused.</summary>
    public LoginStatus? Status { get; }

    /// <summary>What we have against the target, or nothing if it was the target that refused.</summary>
    public LoginObjection? Objection { get; }

    /// <summary>Whether other proofs of who is who, or any at all, would help.</summary>
    public bool IsAuthentication => Status == LoginStatus.AuthenticationFailure
        || Objection is LoginObjection.AuthenticationMethod or LoginObjection.Proof;

    public override bool IsTransient => Status is { MaySucceedLater: true };
}
