using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Pdu;

// What all headers have in common, RFC 7143 §11.2.1
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . I Opcode    | F             | opcode-specific               |
//    4 | TotalAHSLength| DataSegmentLength                             |
//    8 | LUN or opcode-specific                                        |
//      |                                                               |
//   16 | InitiatorTaskTag                                              |
//   20 | opcode-specific                                               |
//      |                                                           ... |
//      +---------------------------------------------------------------+
//
// On the wire follow: additional header segments, the header digest, data, pad to four bytes, the data digest.

/// <summary>What a framer must know of any PDU: its kind, whose it is, and where it ends.</summary>
public readonly record struct BasicHeader
{
    public const int Length = 48;

    /// <summary>The largest length that the 24 bits of the field can hold.</summary>
    public const int DataSegmentLengthMax = 0xFF_FFFF;

    /// <summary>All additional header segments of a PDU together.</summary>
    public const int AhsLengthMax = 255 * 4;

    public const int DigestLength = 4;

    /// <summary>Of the opcodes, those with this bit belong to the target.</summary>
    private const byte FromTarget = 0x20;

    public required byte Opcode { get; init; }
    public required bool IsImmediate { get; init; }
    public required bool IsFinal { get; init; }
    public required byte TotalAhsWords { get; init; }
    public required int DataSegmentLength { get; init; }
    public required uint InitiatorTaskTag { get; init; }

    /// <summary>Bytes of all additional header segments.</summary>
    public int AhsLength => TotalAhsWords * 4;

    /// <summary>Bytes of the data segment and its pad.</summary>
    public int PaddedDataLength => Padded(DataSegmentLength);

    /// <summary>Every part of a PDU begins at a multiple of four bytes (RFC 7143 §11.1).</summary>
    public static int Padded(int length) => (length + 3) & ~3;

    /// <summary>Reads what any header says about its PDU. The opcode may be one that we do not know.</summary>
    /// <exception cref="ProtocolViolationException">The target sent additional header segments.</exception>
    public static BasicHeader Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length == Length);

        int lengths = BinaryPrimitives.ReadInt32BigEndian(source[4..]);
        var header = new BasicHeader
        {
            Opcode = (byte)(source[0] & 0x3F),
            IsImmediate = (source[0] & 0x40) != 0,
            IsFinal = (source[1] & 0x80) != 0,
            TotalAhsWords = source[4],
            DataSegmentLength = lengths & DataSegmentLengthMax,
            InitiatorTaskTag = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
        };

        // Only the Extended CDB and the bidirectional read length are defined, and both belong to a command.
        Rule.Holds(
            header.TotalAhsWords == 0 || (header.Opcode & FromTarget) == 0,
            "RFC 7143 §11.2.1.5", "a PDU of the target has additional header segments");
        return header;
    }

    /// <summary>Bytes from the first of this PDU to the first of the next.</summary>
    public int WireLength(DigestKind headerDigest, DigestKind dataDigest)
    {
        int header = Length + AhsLength + (headerDigest == DigestKind.None ? 0 : DigestLength);
        int data = PaddedDataLength + (dataDigest == DigestKind.None || DataSegmentLength == 0 ? 0 : DigestLength);
        return header + data;
    }
}
