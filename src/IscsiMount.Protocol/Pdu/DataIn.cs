using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// SCSI Data-In, RFC 7143 §11.7
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x25      | F A ... O U S | reserved      | Status or rsv.|
//    4 | reserved      | DataSegmentLength                             |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTag                                             |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | DataSN                                                        |
//   40 | BufferOffset                                                  |
//   44 | ResidualCount                                                 |
//      +---------------------------------------------------------------+

/// <summary>
/// The target sends a piece of the data of a read, and with the last piece the status if all went well.
/// </summary>
public readonly record struct DataIn : IPdu<DataIn>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x25;

    public required bool IsFinal { get; init; }

    /// <summary>The A bit. It is ignored below ErrorRecoveryLevel 1.</summary>
    public required bool WantsAcknowledgement { get; init; }

    public required Residuals Residuals { get; init; }

    /// <summary>The S bit: status, residual and StatSN mean something, and no SCSI Response follows.</summary>
    public required bool HasStatus { get; init; }

    public required byte Status { get; init; }
    public required int DataSegmentLength { get; init; }
    public required LogicalUnitNumber Lun { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required uint TargetTransferTag { get; init; }

    /// <summary>Used up only by a PDU with status.</summary>
    public required SerialNumber StatSN { get; init; }

    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>From 0 in each command, through all sequences.</summary>
    public required SerialNumber DataSN { get; init; }

    public required uint BufferOffset { get; init; }
    public required uint ResidualCount { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static DataIn Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new DataIn
        {
            IsFinal = (source[1] & 0x80) != 0,
            WantsAcknowledgement = (source[1] & 0x40) != 0,
            Residuals = (Residuals)(source[1] & 0x06),
            HasStatus = (source[1] & 0x01) != 0,
            Status = source[3],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            DataSN = SerialNumber.Read(source[36..]),
            BufferOffset = BinaryPrimitives.ReadUInt32BigEndian(source[40..]),
            ResidualCount = BinaryPrimitives.ReadUInt32BigEndian(source[44..]),
        };

        Rule.Holds(pdu.IsFinal || !pdu.HasStatus, "RFC 7143 §11.7.3", "a status comes before the last data");
        Rule.Holds(
            !pdu.HasStatus || !pdu.Residuals.Contradict(),
            "RFC 7143 §11.7.3", "a residual is both an overflow and an underflow");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)((IsFinal ? 0x80 : 0)
            | (WantsAcknowledgement ? 0x40 : 0)
            | (int)Residuals
            | (HasStatus ? 0x01 : 0));
        destination[3] = Status;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        DataSN.Write(destination[36..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], BufferOffset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[44..], ResidualCount);
    }
}
