using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Task Management Function Response, RFC 7143 §11.6
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x22      | 1             | Response      | reserved      |
//    4 | ahs words = 0 | DataSegmentLength = 0                         |
//    8 | AdditionalResponseInformation                 | reserved      |
//   12 | reserved                                                      |
//   16 | InitiatorTaskTag                                              |
//   20 | reserved                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | reserved                                                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+
//
// AdditionalResponseInformation has three bytes and is zero unless iSCSIProtocolLevel 2 was agreed (RFC 7144
// §6.4).

/// <summary>The target answers a task management request.</summary>
public readonly record struct TaskManagementResponse : IPdu<TaskManagementResponse>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x22;

    public required TaskManagementResult Response { get; init; }
    public required uint AdditionalResponseInformation { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static TaskManagementResponse Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new TaskManagementResponse
        {
            Response = (TaskManagementResult)source[2],
            AdditionalResponseInformation = BinaryPrimitives.ReadUInt32BigEndian(source[8..]) >> 8,
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
        };

        Rule.Holds(
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0,
            "RFC 7143 §11.6.2", "a task management response carries a segment");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = 0x80;
        destination[2] = (byte)Response;
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], AdditionalResponseInformation << 8);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
    }
}

/// <summary>The answers of the task manager (RFC 7143 §11.6.1).</summary>
public enum TaskManagementResult : byte
{
    FunctionComplete = 0,
    TaskDoesNotExist = 1,
    LunDoesNotExist = 2,
    TaskStillAllegiant = 3,
    ReassignmentNotSupported = 4,
    FunctionNotSupported = 5,
    AuthorizationFailed = 6,

    /// <summary>The answer yes of the query functions of RFC 7144.</summary>
    FunctionSucceeded = 7,

    FunctionRejected = 255,
}
