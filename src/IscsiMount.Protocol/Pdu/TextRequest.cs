using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Text Request, RFC 7143 §11.10
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I 0x04      | F C           | reserved                      |
//    4 | reserved      | DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTag                                             |
//   24 | CmdSN                                                         |
//   28 | ExpStatSN                                                     |
//   32 | reserved                                                      |
//   36 | reserved                                                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The initiator sends key=value pairs in the full feature phase.</summary>
public readonly record struct TextRequest : IPdu<TextRequest>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x04;

    public required bool IsImmediate { get; init; }
    public required bool IsFinal { get; init; }

    /// <summary>The text goes on in the next PDU: the C bit.</summary>
    public required bool Continues { get; init; }

    public required int DataSegmentLength { get; init; }
    public required LogicalUnitNumber Lun { get; init; }
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>0xFFFFFFFF starts a negotiation; else that of the response which is continued.</summary>
    public required uint TargetTransferTag { get; init; }

    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static TextRequest Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new TextRequest
        {
            IsImmediate = (source[0] & 0x40) != 0,
            IsFinal = (source[1] & 0x80) != 0,
            Continues = (source[1] & 0x40) != 0,
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
        };

        Rule.Holds(!(pdu.Continues && pdu.IsFinal), "RFC 7143 §11.10.2", "a text that goes on is called final");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = (byte)(IsImmediate ? Opcode | 0x40 : Opcode);
        destination[1] = (byte)((IsFinal ? 0x80 : 0) | (Continues ? 0x40 : 0));
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
    }
}
