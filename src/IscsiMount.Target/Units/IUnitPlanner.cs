using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Units;

/// <summary>Reads command blocks for a logical unit number, whether or not there is a unit behind it.</summary>
internal interface IUnitPlanner
{
    /// <summary>Says what is to be done for a command. Nothing is done or changed by asking.</summary>
    CommandPlan Plan(in CdbBytes cdb);
}
