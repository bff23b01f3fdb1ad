using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Reject, RFC 7143 §11.17
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x3F      | 1             | Reason        | reserved      |
//    4 | reserved      | DataSegmentLength                             |
//    8 | reserved                                                      |
//   12 | reserved                                                      |
//   16 | 0xFFFFFFFF    |               |               |               |
//   20 | reserved                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | DataSNOrR2TSN                                                 |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The target refuses a PDU. The header of that PDU is in the data segment.</summary>
public readonly record struct Reject : IPdu<Reject>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x3F;

    public required RejectReason Reason { get; init; }
    public required int DataSegmentLength { get; init; }
    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>The next number that the target would use, if a SNACK is rejected with a protocol error.</summary>
    public required SerialNumber DataSNOrR2TSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    public static Reject Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        return new Reject
        {
            Reason = (RejectReason)source[2],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            DataSNOrR2TSN = SerialNumber.Read(source[36..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = 0x80;
        destination[2] = (byte)Reason;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], uint.MaxValue);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        DataSNOrR2TSN.Write(destination[36..]);
    }
}

/// <summary>
/// Why a PDU was refused (RFC 7143 §11.17.1). 0x0B was negotiation reset: it is never sent, and if received it ends
/// the negotiation.
/// </summary>
public enum RejectReason : byte
{
    DataDigestError = 2,
    SnackReject = 3,
    ProtocolError = 4,
    CommandNotSupported = 5,
    TooManyImmediateCommands = 6,
    TaskInProgress = 7,
    InvalidDataAck = 8,
    InvalidPduField = 9,

    /// <summary>The target has no TargetTransferTag to spare.</summary>
    LongOperationReject = 10,

    NegotiationReset = 11,
    WaitingForLogout = 12,
}
