using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// SCSI Command, RFC 7143 §11.3
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I 0x01      | F R W .. ATTR | PRI    ....   | reserved      |
//    4 | TotalAHSLength| DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | ExpectedDataTransferLength                                    |
//   24 | CmdSN                                                         |
//   28 | ExpStatSN                                                     |
//   32 | CDB                                                           |
//      |                                                               |
//      |                                                               |
//      |                                                               |
//      +---------------------------------------------------------------+
//
// PRI is zero unless iSCSIProtocolLevel 2 was agreed (RFC 7144 §5.1.1). Of a longer CDB the first 16 bytes stand
// here, the others in an additional header segment.

/// <summary>
/// The initiator gives one command to a logical unit, with the first piece of the data if it is a write.
/// </summary>
public readonly record struct ScsiCommand : IPdu<ScsiCommand>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x01;

    public required bool IsImmediate { get; init; }
    public required bool IsFinal { get; init; }
    public required bool IsRead { get; init; }
    public required bool IsWrite { get; init; }
    public required TaskAttributeKind Attribute { get; init; }

    /// <summary>0 to 15, where 0 is none. It means nothing below iSCSIProtocolLevel 2.</summary>
    public required byte Priority { get; init; }

    public required byte TotalAhsWords { get; init; }
    public required int DataSegmentLength { get; init; }
    public required LogicalUnitNumber Lun { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required uint ExpectedDataTransferLength { get; init; }
    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }
    public required CdbBytes Cdb { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static ScsiCommand Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new ScsiCommand
        {
            IsImmediate = (source[0] & 0x40) != 0,
            IsFinal = (source[1] & 0x80) != 0,
            IsRead = (source[1] & 0x40) != 0,
            IsWrite = (source[1] & 0x20) != 0,
            Attribute = (TaskAttributeKind)(source[1] & 0x07),
            Priority = (byte)(source[2] >> 4),
            TotalAhsWords = source[4],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            ExpectedDataTransferLength = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
            Cdb = CdbBytes.From(source.Slice(32, CdbBytes.Length)),
        };

        Rule.Holds(
            pdu.IsFinal || pdu.IsWrite, "RFC 7143 §11.3.1", "data is announced for a command that does not write");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = (byte)(IsImmediate ? Opcode | 0x40 : Opcode);
        destination[1] = (byte)((IsFinal ? 0x80 : 0) | (IsRead ? 0x40 : 0) | (IsWrite ? 0x20 : 0) | (int)Attribute);
        destination[2] = (byte)(Priority << 4);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        destination[4] = TotalAhsWords;
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], ExpectedDataTransferLength);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
        Cdb.CopyTo(destination[32..]);
    }
}

/// <summary>How a task stands to the others in its task set (SAM-5 task attributes).</summary>
public enum TaskAttributeKind : byte
{
    Untagged = 0,
    Simple = 1,
    Ordered = 2,
    HeadOfQueue = 3,
    AutoContingentAllegiance = 4,
}
