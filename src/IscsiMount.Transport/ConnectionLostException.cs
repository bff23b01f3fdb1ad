using IscsiMount.Primitives;

namespace IscsiMount.Transport;

/// <summary>The connection to the peer is gone, or could not be made.</summary>
public sealed class ConnectionLostException(string message, Exception? cause = null)
    : StorageFaultException(FaultScope.Connection, message, cause)
{
    /// <summary>Why it could not be made, or nothing if it was up and then was lost.</summary>
    public ConnectFailure? Failure { get; init; }

    public override bool IsTransient => Failure is not ConnectFailure.NameUnknown;
}
