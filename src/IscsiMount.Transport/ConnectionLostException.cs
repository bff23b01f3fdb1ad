using IscsiMount.Primitives;

namespace IscsiMount.Transport;

/// <summary>The connection to the peer is gone, or could not be made.</summary>
public sealed class ConnectionLostException(string message, Exception? cause = null)
    : StorageFaultException(FaultScope.Connection, message, cause)
{
    public override bool IsTransient => true;
}
