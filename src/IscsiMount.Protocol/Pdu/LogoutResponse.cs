using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Logout Response, RFC 7143 §11.15
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x26      | 1             | Response      | reserved      |
//    4 | ahs words = 0 | DataSegmentLength = 0                         |
//    8 | reserved                                                      |
//   12 | reserved                                                      |
//   16 | InitiatorTaskTag                                              |
//   20 | reserved                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | reserved                                                      |
//   40 | Time2Wait                     | Time2Retain                   |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The target answers a Logout Request and then closes.</summary>
public readonly record struct LogoutResponse : IPdu<LogoutResponse>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x26;

    public required LogoutResult Response { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>Seconds before which no recovery is to be tried.</summary>
    public required ushort Time2Wait { get; init; }

    /// <summary>Seconds after Time2Wait until which tasks are kept.</summary>
    public required ushort Time2Retain { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static LogoutResponse Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new LogoutResponse
        {
            Response = (LogoutResult)source[2],
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            Time2Wait = BinaryPrimitives.ReadUInt16BigEndian(source[40..]),
            Time2Retain = BinaryPrimitives.ReadUInt16BigEndian(source[42..]),
        };

        Rule.Holds(
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0,
            "RFC 7143 §11.15.2", "a logout response carries a segment");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = 0x80;
        destination[2] = (byte)Response;
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[40..], Time2Wait);
        BinaryPrimitives.WriteUInt16BigEndian(destination[42..], Time2Retain);
    }
}

/// <summary>How a logout ended (RFC 7143 §11.15.1).</summary>
public enum LogoutResult : byte
{
    Closed = 0,
    ConnectionNotFound = 1,
    RecoveryNotSupported = 2,
    CleanupFailed = 3,
}
