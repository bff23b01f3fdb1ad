using System.Net;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Login;

/// <summary>Lets in whom the definitions of the targets let in. Safe on any thread.</summary>
/// <param name="discovery">Who may ask which targets there are.</param>
/// <param name="find">Finds a target that is served at this moment.</param>
internal sealed class AccessPolicy(TargetAccess discovery, Func<IscsiName, TargetNode?> find) : ILoginPolicy
{
    public LoginVerdict Judge(IscsiName initiator, IscsiName? target, IPAddress? from)
    {
        if (target is null)
        {
            return Judge(discovery, initiator, from);
        }

        return find(target)?.Definition is { } definition
            ? Judge(definition.Access, initiator, from) with
            {
                Alias = definition.Alias,
                MovedTo = definition.MovedTo,
            }
            : LoginVerdict.NotFound;
    }

    private static LoginVerdict Judge(TargetAccess access, IscsiName initiator, IPAddress? from) =>
        access.Admits(initiator, from)
            ? new LoginVerdict { Status = LoginStatus.Success, Access = access }
            : LoginVerdict.NotAllowed;
}
