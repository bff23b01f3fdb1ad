using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Text Response, RFC 7143 §11.11
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x24      | F C           | reserved                      |
//    4 | reserved      | DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTag                                             |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | reserved                                                      |
//   40 | reserved                                                      |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The target answers a Text Request.</summary>
public readonly record struct TextResponse : IPdu<TextResponse>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x24;

    public required bool IsFinal { get; init; }

    /// <summary>The text goes on in the next PDU: the C bit.</summary>
    public required bool Continues { get; init; }

    public required int DataSegmentLength { get; init; }
    public required LogicalUnitNumber Lun { get; init; }
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>0xFFFFFFFF in the final response; else the next request copies it.</summary>
    public required uint TargetTransferTag { get; init; }

    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static TextResponse Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new TextResponse
        {
            IsFinal = (source[1] & 0x80) != 0,
            Continues = (source[1] & 0x40) != 0,
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
        };

        Rule.Holds(!(pdu.Continues && pdu.IsFinal), "RFC 7143 §11.11.2", "a text that goes on is called final");
        Rule.Holds(
            pdu.IsFinal || pdu.TargetTransferTag != uint.MaxValue,
            "RFC 7143 §11.11.4", "there is more to come, but no tag to ask for it");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)((IsFinal ? 0x80 : 0) | (Continues ? 0x40 : 0));
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
    }
}
