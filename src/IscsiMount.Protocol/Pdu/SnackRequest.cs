using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// SNACK Request, RFC 7143 §11.16
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . 0x10      | 1 . . . Type  | reserved                      |
//    4 | reserved      | reserved                                      |
//    8 | LUN                                                           |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | TargetTransferTagOrSnackTag                                   |
//   24 | reserved                                                      |
//   28 | ExpStatSN                                                     |
//   32 | reserved                                                      |
//   36 | reserved                                                      |
//   40 | BegRun                                                        |
//   44 | RunLength                                                     |
//      +---------------------------------------------------------------+

/// <summary>The initiator asks for PDUs that it missed, or acknowledges data.</summary>
public readonly record struct SnackRequest : IPdu<SnackRequest>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x10;

    public required SnackKind Kind { get; init; }

    /// <summary>Copied from the Data-In that wants an acknowledgement.</summary>
    public required LogicalUnitNumber Lun { get; init; }

    /// <summary>The task whose data is meant; 0xFFFFFFFF for status and acknowledgements.</summary>
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>
    /// The TargetTransferTag for an acknowledgement, a SNACK Tag for resegmentation, else 0xFFFFFFFF.
    /// </summary>
    public required uint TargetTransferTagOrSnackTag { get; init; }

    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>The first number that is missing, or for an acknowledgement the next one that is expected.</summary>
    public required SerialNumber BegRun { get; init; }

    /// <summary>How many are missing; 0 is all from <see cref="BegRun"/> on.</summary>
    public required uint RunLength { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    public static SnackRequest Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        return new SnackRequest
        {
            Kind = (SnackKind)(source[1] & 0x0F),
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTagOrSnackTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
            BegRun = SerialNumber.Read(source[40..]),
            RunLength = BinaryPrimitives.ReadUInt32BigEndian(source[44..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        destination[0] = Opcode;
        destination[1] = (byte)(0x80 | (int)Kind);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTagOrSnackTag);
        ExpStatSN.Write(destination[28..]);
        BegRun.Write(destination[40..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[44..], RunLength);
    }
}

/// <summary>What a <see cref="SnackRequest"/> is for (RFC 7143 §11.16.1).</summary>
public enum SnackKind : byte
{
    DataOrR2T = 0,
    Status = 1,
    DataAck = 2,

    /// <summary>Data may come in other segments than before.</summary>
    RData = 3,
}
