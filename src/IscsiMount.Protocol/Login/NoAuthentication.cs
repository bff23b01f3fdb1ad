using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Login;

/// <summary>Nobody proves anything: the method None.</summary>
public sealed class NoAuthentication : IAuthentication
{
    public string Methods => TextAnswer.None;

    public AuthenticationStep Begin(string method)
    {
        Invariant.Holds(method == TextAnswer.None);
        return new AuthenticationStep.Satisfied([]);
    }

    public AuthenticationStep Receive(TextKeys keys) =>
        new AuthenticationStep.Failed("The target wants to authenticate although it chose not to.");
}
