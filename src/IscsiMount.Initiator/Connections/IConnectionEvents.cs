using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Connections;

/// <summary>What the full feature phase tells its connection, mostly on the receiving thread.</summary>
internal interface IConnectionEvents
{
    /// <summary>There is something to send.</summary>
    void RequestSend(int length);

    /// <summary>The connection is of no more use. This comes from any thread.</summary>
    void Fail(Exception fault);

    /// <summary>The target wants us to log out within this time.</summary>
    void LogoutRequested(TimeSpan within);

    /// <summary>The target answered our logout. The connection has done its work.</summary>
    void LoggedOut();

    void Rejected(RejectReason reason, byte opcode);

    /// <summary>The target told something that asks for nothing, perhaps of a unit.</summary>
    void EventReceived(AsyncEvent received, LogicalUnitNumber lun, SenseData? sense);
}
