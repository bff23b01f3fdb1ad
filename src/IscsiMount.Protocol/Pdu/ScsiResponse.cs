using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// SCSI Response, RFC 7143 §11.4
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x21      | 1 .. o u O U .| Response      | Status        |
//    4 | reserved      | DataSegmentLength                             |
//    8 | StatusQualifier               | reserved                      |
//   12 | reserved                                                      |
//   16 | InitiatorTaskTag                                              |
//   20 | SnackTag                                                      |
//   24 | StatSN                                                        |
//   28 | ExpCmdSN                                                      |
//   32 | MaxCmdSN                                                      |
//   36 | ExpDataSN                                                     |
//   40 | BidirectionalReadResidualCount                                |
//   44 | ResidualCount                                                 |
//      +---------------------------------------------------------------+
//
// StatusQualifier is zero unless iSCSIProtocolLevel 2 was agreed (RFC 7144 §5.2.1).

/// <summary>The target tells how a command ended.</summary>
public readonly record struct ScsiResponse : IPdu<ScsiResponse>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x21;

    public required Residuals Residuals { get; init; }
    public required ServiceResponse Response { get; init; }

    /// <summary>The SCSI status. It means something only if the command completed at the target.</summary>
    public required byte Status { get; init; }

    public required int DataSegmentLength { get; init; }
    public required ushort StatusQualifier { get; init; }
    public required uint InitiatorTaskTag { get; init; }
    public required uint SnackTag { get; init; }
    public required SerialNumber StatSN { get; init; }
    public required SerialNumber ExpCmdSN { get; init; }
    public required SerialNumber MaxCmdSN { get; init; }

    /// <summary>
    /// How many Data-In PDUs the target sent. RFC 3720 counted R2Ts as well for bidirectional commands.
    /// </summary>
    public required SerialNumber ExpDataSN { get; init; }

    public required uint BidirectionalReadResidualCount { get; init; }

    /// <summary>Bytes, by which way <see cref="Residuals"/> tells.</summary>
    public required uint ResidualCount { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public static ScsiResponse Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new ScsiResponse
        {
            Residuals = (Residuals)(source[1] & 0x1E),
            Response = (ServiceResponse)source[2],
            Status = source[3],
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            StatusQualifier = BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            SnackTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            StatSN = SerialNumber.Read(source[24..]),
            ExpCmdSN = SerialNumber.Read(source[28..]),
            MaxCmdSN = SerialNumber.Read(source[32..]),
            ExpDataSN = SerialNumber.Read(source[36..]),
            BidirectionalReadResidualCount = BinaryPrimitives.ReadUInt32BigEndian(source[40..]),
            ResidualCount = BinaryPrimitives.ReadUInt32BigEndian(source[44..]),
        };

        Rule.Holds(
            !pdu.Residuals.Contradict(), "RFC 7143 §11.4.1", "a residual is both an overflow and an underflow");
        Rule.Holds((byte)pdu.Response is <= 1 or >= 0x80, "RFC 7143 §11.4.3", "the response code is reserved");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)(0x80 | (int)Residuals);
        destination[2] = (byte)Response;
        destination[3] = Status;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], StatusQualifier);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], SnackTag);
        StatSN.Write(destination[24..]);
        ExpCmdSN.Write(destination[28..]);
        MaxCmdSN.Write(destination[32..]);
        ExpDataSN.Write(destination[36..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], BidirectionalReadResidualCount);
        BinaryPrimitives.WriteUInt32BigEndian(destination[44..], ResidualCount);
    }
}

/// <summary>Whether the command came as far as a SCSI status. Values from 0x80 belong to vendors.</summary>
public enum ServiceResponse : byte
{
    CompletedAtTarget = 0,
    TargetFailure = 1,
}
