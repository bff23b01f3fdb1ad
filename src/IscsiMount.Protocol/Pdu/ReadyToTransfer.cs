using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// Ready To Transfer (R2T), RFC 7143 §11.8
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x31      | 1             | reserved                      |
//    4 | ahs words = 0 | DataSegmentLength = 0                         |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTag                                             |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | R2TSN                                                         |
//   40 | BufferOffset                                                  |
//   44 | DesiredDataTransferLength                                     |
//      +---------------------------------------------------------------+

/// <summary>The target asks for one piece of the data of a write. It is answered with Data-Out PDUs.</summary>
public readonly record struct ReadyToTransfer : IPdu<ReadyToTransfer>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x31;

    public required LogicalUnitNumber Lun { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required uint TargetTransferTag { get; init; }

    /// <summary>The next StatSN, which is shown and not used up.</summary>
    public required SerialNumber StatSN { get; init; }

    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }
    public required SerialNumber R2TSN { get; init; }
    public required uint BufferOffset { get; init; }
    public required uint DesiredDataTransferLength { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static ReadyToTransfer Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new ReadyToTransfer
        {
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            R2TSN = SerialNumber.Read(source[36..]),
            BufferOffset = BinaryPrimitives.ReadUInt32BigEndian(source[40..]),
            DesiredDataTransferLength = BinaryPrimitives.ReadUInt32BigEndian(source[44..]),
        };

        Rule.Holds(
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]) == 0, "RFC 7143 §11.8.1", "an R2T carries a segment");
        Rule.Holds(pdu.DesiredDataTransferLength != 0, "RFC 7143 §11.8.4", "an R2T asks for nothing");
        Rule.Holds(pdu.TargetTransferTag != uint.MaxValue, "RFC 7143 §11.8.5", "an R2T has the reserved tag");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = 0x80;
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        R2TSN.Write(destination[36..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], BufferOffset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[44..], DesiredDataTransferLength);
    }
}
