using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Logout Request, RFC 7143 §11.14
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I 0x06      | 1 Reason      | reserved                      |
//    4 | ahs words = 0 | DataSegmentLength = 0                         |
//    8 | reserved                                                      |
//   12 | reserved                                                      |
//   16 | InitiatorTaskTag                                              |
//   20 | CID                           | reserved                      |
//   24 | CmdSN                                                         |
//   28 | ExpStatSN                                                     |
//   32 | reserved                                                      |
//   36 | reserved                                                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The initiator ends a session or a connection.</summary>
public readonly record struct LogoutRequest : IPdu<LogoutRequest>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x06;

    public required bool IsImmediate { get; init; }
    public required LogoutReason Reason { get; init; }
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>The connection that is meant, unless the whole session is.</summary>
    public required ushort ConnectionId { get; init; }

    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static LogoutRequest Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new LogoutRequest
        {
            IsImmediate = (source[0] & 0x40) != 0,
            Reason = (LogoutReason)(source[1] & 0x7F),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            ConnectionId = BinaryPrimitives.ReadUInt16BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
        };

        Rule.Holds(
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0,
            "RFC 7143 §11.14.2", "a logout request carries a segment");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = (byte)(IsImmediate ? Opcode | 0x40 : Opcode);
        destination[1] = (byte)(0x80 | (int)Reason);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt16BigEndian(destination[20..], ConnectionId);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
    }
}

/// <summary>Why somebody logs out (RFC 7143 §11.14.1).</summary>
public enum LogoutReason : byte
{
    CloseSession = 0,
    CloseConnection = 1,
    RemoveConnectionForRecovery = 2,
}
