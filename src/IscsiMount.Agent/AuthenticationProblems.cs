using IscsiMount.Agent.Sessions;
using IscsiMount.Control;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Login;

namespace IscsiMount.Agent;

/// <summary>Tells users what to do where the ends of a connection do not believe each other.</summary>
internal static class AuthenticationProblems
{
    /// <param name="chap">What the user had to prove it by; null is nothing.</param>
    public static ControlException Of(LoginRefusedException refused, string what, HeldChap? chap) =>
        new(Describe(refused, what, chap), refused);

    public static Problem Describe(LoginRefusedException refused, string what, HeldChap? chap)
    {
        string hint = (refused.Objection, chap) switch
        {
            (null or LoginObjection.AuthenticationMethod, null) =>
                "The target demands a user and a secret (CHAP): add --chap-user NAME, and give the secret when asked.",
            (null, { IsMutual: true }) =>
                "The user or the secret is wrong, or the target has none of its own to prove itself by: then leave "
                + "--mutual-user out, or set one up there.",
            (null, _) =>
                "The user or the secret is wrong, or not allowed for this initiator. Mind capitals, and blanks at the "
                + "end; the secrets of both directions are easily mixed up.",
            (LoginObjection.AuthenticationMethod, not null) =>
                "No user and secret are set up for this initiator at the target. Set them up there, or leave "
                + "--chap-user out.",
            (LoginObjection.Proof, _) =>
                "Check --mutual-user and its secret. If they are right, this is not the target that it pretends to be.",
            _ => "Compare the ways to authenticate that are set up at the target.",
        };
        return Problem.Of(ErrorCode.AuthenticationFailed, what, refused.Message, hint);
    }
}
