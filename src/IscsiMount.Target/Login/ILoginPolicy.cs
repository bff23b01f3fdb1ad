using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Login;

/// <summary>Who may log in to what.</summary>
internal interface ILoginPolicy
{
    /// <summary>Whether an initiator may use a target: success, not found, or not authorised.</summary>
    /// <param name="initiator">Who asks.</param>
    /// <param name="target">The target; nothing if only discovery is wanted.</param>
    LoginStatus Judge(IscsiName initiator, IscsiName? target);

    /// <summary>The alias of a target, if it has one.</summary>
    string? FindAlias(IscsiName target);
}
