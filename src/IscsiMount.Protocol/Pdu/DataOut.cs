using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// SCSI Data-Out, RFC 7143 §11.7
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x05      | F             | reserved                      |
//    4 | reserved      | DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTag                                             |
//   24 | reserved                                                      |
//   28 | ExpStatSN                                                     |
//   32 | reserved                                                      |
//   36 | DataSN                                                        |
//   40 | BufferOffset                                                  |
//   44 | reserved                                                      |
//      +---------------------------------------------------------------+

/// <summary>The initiator sends a piece of the data of a write.</summary>
public readonly record struct DataOut : IPdu<DataOut>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x05;

    public required bool IsFinal { get; init; }
    public required int DataSegmentLength { get; init; }

    /// <summary>That of the R2T; without meaning for unsolicited data.</summary>
    public required LogicalUnitNumber Lun { get; init; }

    public required uint InitiatorTaskTag { get; init; }

    /// <summary>That of the R2T which is answered, or 0xFFFFFFFF for unsolicited data.</summary>
    public required uint TargetTransferTag { get; init; }

    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>From 0 in each sequence: in the unsolicited burst, and in the answer to each R2T.</summary>
    public required SerialNumber DataSN { get; init; }

    public required uint BufferOffset { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    public static DataOut Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        return new DataOut
        {
            IsFinal = (source[1] & 0x80) != 0,
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
            DataSN = SerialNumber.Read(source[36..]),
            BufferOffset = BinaryPrimitives.ReadUInt32BigEndian(source[40..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)((IsFinal ? 0x80 : 0));
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        ExpStatSN.Write(destination[28..]);
        DataSN.Write(destination[36..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], BufferOffset);
    }
}
