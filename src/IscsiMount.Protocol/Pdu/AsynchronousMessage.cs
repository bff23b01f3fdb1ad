using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Asynchronous Message, RFC 7143 §11.9
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x32      | 1             | reserved                      |
//    4 | reserved      | DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | 0xFFFFFFFF    |               |               |               |
//   20 | reserved                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | AsyncEvent    | AsyncVCode    | Parameter1                    |
//   40 | Parameter2                    | Parameter3                    |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The target tells something that was not asked for: it wants a logout, or drops a connection.</summary>
public readonly record struct AsynchronousMessage : IPdu<AsynchronousMessage>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x32;

    public required int DataSegmentLength { get; init; }

    /// <summary>It means something for SCSI events and the termination of tasks.</summary>
    public required LogicalUnitNumber Lun { get; init; }

    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }
    public required AsyncEvent Event { get; init; }
    public required byte AsyncVCode { get; init; }
    public required ushort Parameter1 { get; init; }
    public required ushort Parameter2 { get; init; }
    public required ushort Parameter3 { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    public static AsynchronousMessage Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        return new AsynchronousMessage
        {
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            Event = (AsyncEvent)source[36],
            AsyncVCode = source[37],
            Parameter1 = BinaryPrimitives.ReadUInt16BigEndian(source[38..]),
            Parameter2 = BinaryPrimitives.ReadUInt16BigEndian(source[40..]),
            Parameter3 = BinaryPrimitives.ReadUInt16BigEndian(source[42..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], uint.MaxValue);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        destination[36] = (byte)Event;
        destination[37] = AsyncVCode;
        BinaryPrimitives.WriteUInt16BigEndian(destination[38..], Parameter1);
        BinaryPrimitives.WriteUInt16BigEndian(destination[40..], Parameter2);
        BinaryPrimitives.WriteUInt16BigEndian(destination[42..], Parameter3);
    }
}

/// <summary>
/// What an <see cref="AsynchronousMessage"/> tells (RFC 7143 §11.9.1). Values from 248 belong to vendors; any other
/// is logged and acknowledged.
/// </summary>
public enum AsyncEvent : byte
{
    /// <summary>The data segment holds sense data.</summary>
    ScsiEvent = 0,

    /// <summary>Log out within Parameter3 seconds.</summary>
    LogoutRequest = 1,

    /// <summary>Connection Parameter1 goes; Time2Wait and Time2Retain are in Parameter2 and Parameter3.</summary>
    ConnectionDrop = 2,

    /// <summary>All connections go; Time2Wait and Time2Retain are in Parameter2 and Parameter3.</summary>
    SessionDrop = 3,

    /// <summary>Send a Text Request within Parameter3 seconds.</summary>
    Negotiate = 4,

    /// <summary>All tasks of the logical unit on this connection end (FastAbort).</summary>
    TaskTermination = 5,
}
