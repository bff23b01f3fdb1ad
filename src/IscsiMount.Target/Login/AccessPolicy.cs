using System.Net;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;

namespace IscsiMount.Target.Login;

/// <summary>Lets in whom the definitions of the targets let in. Safe on any thread.</summary>
/// <param name="targets">What is served at this moment, and to whom.</param>
internal sealed class AccessPolicy(TargetDirectory targets) : ILoginPolicy
{
    public LoginVerdict Judge(IscsiName initiator, IscsiName? target, IPAddress? from)
    {
        if (target is null)
        {
            return Judge(targets.Discovery, initiator, from);
        }

        return targets.Find(target)?.Definition is { } definition
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
