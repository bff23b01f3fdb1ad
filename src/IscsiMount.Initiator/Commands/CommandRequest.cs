using IscsiMount.Initiator.Sessions;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator.Commands;

/// <summary>A SCSI command as its owner wants it. It reads or writes, or moves no data, but never both.</summary>
internal readonly struct CommandRequest
{
    public required LogicalUnitNumber Lun { get; init; }

    public required CdbBytes Cdb { get; init; }

    /// <summary>Where the data of a read goes. It belongs to the session until the owner is told the result.</summary>
    public Memory<byte> ReadInto { get; init; }

    /// <summary>The data of a write. It belongs to the session until the owner is told the result.</summary>
    public ReadOnlyMemory<byte> WriteFrom { get; init; }

    public required ICommandOwner Owner { get; init; }

    /// <summary>Tells the commands of one owner apart.</summary>
    public int Cookie { get; init; }

    /// <summary>When it was queued, in ticks of the session's watch.</summary>
    public uint QueuedTick { get; init; }

    /// <summary>The unit that is meant, if it matters that it is the one which was opened.</summary>
    public UnitStanding? Unit { get; init; }

    /// <summary>How often it was sent over connections that broke before its end.</summary>
    public int Attempts { get; init; }

    public int Length => ReadInto.Length + WriteFrom.Length;
}
