using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// NOP-Out, RFC 7143 §11.18
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I 0x00      | 1             | reserved                      |
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

/// <summary>The initiator asks whether the target is alive, or answers such a question.</summary>
public readonly record struct NopOut : IPdu<NopOut>
{
    public const int Length = BasicHeader.Length;
    public const byte Opcode = 0x00;

    public required bool IsImmediate { get; init; }
    public required int DataSegmentLength { get; init; }

    /// <summary>Copied from the NOP-In that is answered.</summary>
    public required LogicalUnitNumber Lun { get; init; }

    /// <summary>A tag if an answer is wanted, else 0xFFFFFFFF.</summary>
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>Copied from the NOP-In that is answered, else 0xFFFFFFFF.</summary>
    public required uint TargetTransferTag { get; init; }

    public required SerialNumber CmdSN { get; init; }
    public required SerialNumber ExpStatSN { get; init; }

    /// <summary>Reads the header. The framer has checked the opcode and holds all of it.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static NopOut Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length && (source[0] & 0x3F) == Opcode);

        var pdu = new NopOut
        {
            IsImmediate = (source[0] & 0x40) != 0,
            DataSegmentLength = BinaryPrimitives.ReadInt32BigEndian(source[4..]) & BasicHeader.DataSegmentLengthMax,
            Lun = LogicalUnitNumber.Read(source[8..]),
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            TargetTransferTag = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
            CmdSN = SerialNumber.Read(source[24..]),
            ExpStatSN = SerialNumber.Read(source[28..]),
        };

        Rule.Holds(
            pdu.IsImmediate || pdu.InitiatorTaskTag != uint.MaxValue,
            "RFC 7143 §11.18.1", "a NOP-Out that wants no answer is not immediate");
        return pdu;
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(DataSegmentLength is >= 0 and <= BasicHeader.DataSegmentLengthMax);

        destination.Clear();
        destination[0] = (byte)(IsImmediate ? Opcode | 0x40 : Opcode);
        destination[1] = 0x80;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], DataSegmentLength);
        Lun.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], InitiatorTaskTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], TargetTransferTag);
        CmdSN.Write(destination[24..]);
        ExpStatSN.Write(destination[28..]);
    }
}
