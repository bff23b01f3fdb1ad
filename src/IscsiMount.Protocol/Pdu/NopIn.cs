using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// NOP-In, RFC 7143 §11.19
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x20      | 1             | reserved                      |
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

/// <summary>The target asks whether the initiator is alive, answers such a question, or shows its counters.</summary>
public readonly record struct NopIn : IPdu<NopIn>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x20;

    public required int DataSegmentLength { get; init; }
    public required LogicalUnitNumber Lun { get; init; }

    /// <summary>That of the NOP-Out which is answered, else 0xFFFFFFFF; then StatSN is not used up.</summary>
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>A tag if an answer is wanted, else 0xFFFFFFFF.</summary>
    public required uint TargetTransferTag { get; init; }

    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static NopIn Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new NopIn
        {
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
        };

        Rule.Holds(
            pdu.InitiatorTaskTag == uint.MaxValue || pdu.TargetTransferTag == uint.MaxValue,
            "RFC 7143 §11.19", "a NOP-In is both an answer and a question");
        return pdu;
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
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
    }
}
