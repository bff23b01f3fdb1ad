using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Login;

/// <summary>What an <see cref="IAuthentication"/> wants next. There are no other cases.</summary>
public abstract record AuthenticationStep
{
    private AuthenticationStep()
    {
    }

    /// <summary>Send these keys; the target owes more.</summary>
    /// <param name="Keys">The keys of the method.</param>
    /// <param name="MayTransit">
    /// Whether the target may leave the stage together with what it owes. If it leaves and owes still, it is refused.
    /// </param>
    public sealed record Continue(TextKeys Keys, bool MayTransit) : AuthenticationStep;

    /// <summary>Send these keys, if any. For our part all is proved.</summary>
    public sealed record Satisfied(TextKeys Keys) : AuthenticationStep;

    /// <summary>The target did not prove what it had to, or asks for what we do not give.</summary>
    /// <param name="Reason">A sentence for the user, without anything secret.</param>
    public sealed record Failed(string Reason) : AuthenticationStep;
}

/// <summary>
/// How one connection proves who is at its ends, in the security stage of its login. It is made new for each login and
/// owned by the <see cref="LoginMachine"/>.
/// </summary>
public interface IAuthentication
{
    /// <summary>The methods to offer, the preferred one first, such as <c>CHAP,None</c>.</summary>
    string Methods { get; }

    /// <summary>The target chose one of the methods.</summary>
    AuthenticationStep Begin(string method);

    /// <summary>The target sent keys that belong to the method, or none although it owes some.</summary>
    AuthenticationStep Receive(TextKeys keys);

    /// <summary>
    /// The login has failed in the security stage. Whether that may be for what was offered, and the next one will
    /// offer less; then it is worth a try.
    /// </summary>
    /// <param name="refusal">The word of the target; null if it went on, in a way that led to nothing.</param>
    bool OffersLessNextTime(LoginStatus? refusal) => false;
}
