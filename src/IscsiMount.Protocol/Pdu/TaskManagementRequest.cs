using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Task Management Function Request, RFC 7143 §11.5
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I 0x02      | 1 Function    | reserved                      |
//    4 | ahs words = 0 | DataSegmentLength = 0                         |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | ReferencedTaskTag                                             |
//   24 | CmdSN                                                         |
//   28 | ExpStatSN                                                     |
//   32 | RefCmdSN                                                      |
//   36 | ExpDataSN                                                     |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The initiator asks to abort, move or query tasks.</summary>
public readonly record struct TaskManagementRequest : IPdu<TaskManagementRequest>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x02;

    public required bool IsImmediate { get; init; }
    public required TaskManagementFunction Function { get; init; }

    /// <summary>Zero for the functions that concern no single logical unit.</summary>
    public required LogicalUnitNumber Lun { get; init; }

    public required uint InitiatorTaskTag { get; init; }

    /// <summary>The task that is meant, or 0xFFFFFFFF for the functions that name none.</summary>
    public required uint ReferencedTaskTag { get; init; }

    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>The CmdSN of the task to abort or query; of no meaning for other functions.</summary>
    public required SerialNumber RefCmdSN { get; init; }

    /// <summary>For TASK REASSIGN the first data PDU that is still wanted.</summary>
    public required SerialNumber ExpDataSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static TaskManagementRequest Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new TaskManagementRequest
        {
            IsImmediate = (source[0] & 0x40) != 0,
            Function = (TaskManagementFunction)(source[1] & 0x7F),
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            ReferencedTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
            RefCmdSN = SerialNumber.Read(source[32..]),
            ExpDataSN = SerialNumber.Read(source[36..]),
        };

        Rule.Holds(
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0,
            "RFC 7143 §11.5.2", "a task management request carries a segment");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = (byte)(IsImmediate ? Opcode | 0x40 : Opcode);
        destination[1] = (byte)(0x80 | (int)Function);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], ReferencedTaskTag);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
        RefCmdSN.Write(destination[32..]);
        ExpDataSN.Write(destination[36..]);
    }
}

/// <summary>
/// What is asked of the task manager (RFC 7143 §11.5.1). From 9 on they need iSCSIProtocolLevel 2 (RFC 7144 §6.1).
/// </summary>
public enum TaskManagementFunction : byte
{
    AbortTask = 1,
    AbortTaskSet = 2,
    ClearAca = 3,
    ClearTaskSet = 4,
    LogicalUnitReset = 5,
    TargetWarmReset = 6,
    TargetColdReset = 7,
    TaskReassign = 8,
    QueryTask = 9,
    QueryTaskSet = 10,

    /// <summary>I_T NEXUS RESET: every connection of the session goes.</summary>
    NexusReset = 11,

    QueryAsynchronousEvent = 12,
}
