using System.Buffers.Binary;

namespace IscsiMount.Transport.Framing;

// A PDU on the wire, RFC 7143 §11.1
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | . . opcode    | opcode-specific                               |
//    4 | TotalAHSLength| DataSegmentLength                             |
//    8 | 40 bytes that depend on the opcode                            |
//      +---------------------------------------------------------------+
//   48 | additional header segments, 4 * TotalAHSLength bytes          |
//      +---------------------------------------------------------------+
//      | header digest, if agreed: covers all that is above            |
//      +---------------------------------------------------------------+
//      | data segment, DataSegmentLength bytes, and 0 to 3 pad bytes   |
//      +---------------------------------------------------------------+
//      | data digest, if agreed and there is data: covers the pad, too |
//      +---------------------------------------------------------------+

/// <summary>Where the parts of a PDU are.</summary>
internal static class PduLayout
{
    public const int HeaderLength = 48;

    /// <summary>The header with as many additional header segments as its length field can tell of.</summary>
    public const int HeaderLengthMax = HeaderLength + (4 * byte.MaxValue);

    public static int AhsLength(ReadOnlySpan<byte> header) => 4 * header[4];

    public static int DataSegmentLength(ReadOnlySpan<byte> header) =>
        (int)(BinaryPrimitives.ReadUInt32BigEndian(header[4..]) & 0xFF_FFFF);

    /// <summary>
    /// Writes only the 24 bits of the length; the byte before them counts additional header segments.
    /// </summary>
    public static void WriteDataSegmentLength(Span<byte> header, int length) =>
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], ((uint)header[4] << 24) | (uint)length);

    public static int PadLength(int dataLength) => -dataLength & 3;
}
