using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Protocol.Segments;

// Additional header segments of a SCSI Command, RFC 7143 §11.2.2. Each is padded to four bytes.
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | AHSLength = CDB length - 15   | . . 0x01      | reserved      |
//    4 | CDB from byte 16 on                                       ... |
//      +---------------------------------------------------------------+
//    0 | AHSLength = 5                 | . . 0x02      | reserved      |
//    4 | bidirectional read expected data transfer length              |
//      +---------------------------------------------------------------+
//
// AHSLength counts what follows the type, the reserved byte included, without the pad.

/// <summary>What stands between the header of a <see cref="ScsiCommand"/> and its data.</summary>
public readonly ref struct AdditionalHeaders
{
    private const byte ExtendedCdbType = 1;
    private const byte BidirectionalReadLengthType = 2;
    private const byte TypeMask = 0x3F;
    private const int PrefixLength = 4;

    /// <summary>The CDB from its 17th byte on. It is empty for all but the longest commands.</summary>
    public ReadOnlySpan<byte> ExtendedCdb { get; init; }

    /// <summary>The read length of a command that both reads and writes, else nothing.</summary>
    public uint? BidirectionalReadLength { get; init; }

    /// <summary>Bytes on the wire, a multiple of four.</summary>
    public int Length =>
        (ExtendedCdb.IsEmpty ? 0 : PrefixLength + BasicHeader.Padded(ExtendedCdb.Length))
        + (BidirectionalReadLength is null ? 0 : PrefixLength + sizeof(uint));

    /// <summary>Reads all segments. What is read stays in <paramref name="source"/>.</summary>
    /// <exception cref="ProtocolViolationException">The initiator broke a rule of the standard.</exception>
    public static AdditionalHeaders Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length % 4 == 0 && source.Length <= BasicHeader.AhsLengthMax);

        ReadOnlySpan<byte> cdb = [];
        uint? readLength = null;
        while (!source.IsEmpty)
        {
            int counted = BinaryPrimitives.ReadUInt16BigEndian(source);
            int length = BasicHeader.Padded(3 + counted);
            Rule.Holds(counted >= 1 && length <= source.Length, "RFC 7143 §11.2.2.2", $"an AHSLength is {counted}");

            ReadOnlySpan<byte> content = source[PrefixLength..(3 + counted)];
            int type = source[2] & TypeMask;
            switch (type)
            {
                case ExtendedCdbType:
                    Rule.Holds(!content.IsEmpty, "RFC 7143 §11.2.2.3", "an extended CDB is empty");
                    Rule.Holds(cdb.IsEmpty, "RFC 7143 §11.2.2.3", "there are two extended CDBs");
                    cdb = content;
                    break;

                case BidirectionalReadLengthType:
                    Rule.Holds(content.Length == 4, "RFC 7143 §11.2.2.4", $"a read length has {content.Length} bytes");
                    Rule.Holds(readLength is null, "RFC 7143 §11.2.2.4", "there are two read lengths");
                    readLength = BinaryPrimitives.ReadUInt32BigEndian(content);
                    break;

                default:
                    throw new ProtocolViolationException("RFC 7143 §11.2.2.1", $"the AHSType {type} is reserved");
            }

            source = source[length..];
        }

        return new AdditionalHeaders { ExtendedCdb = cdb, BidirectionalReadLength = readLength };
    }

    /// <summary>Writes all segments; <see cref="ScsiCommand.TotalAhsWords"/> is <see cref="Length"/> / 4.</summary>
    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        destination.Clear();
        if (!ExtendedCdb.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(ExtendedCdb.Length + 1));
            destination[2] = ExtendedCdbType;
            ExtendedCdb.CopyTo(destination[PrefixLength..]);
            destination = destination[(PrefixLength + BasicHeader.Padded(ExtendedCdb.Length))..];
        }

        if (BidirectionalReadLength is { } readLength)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, 1 + sizeof(uint));
            destination[2] = BidirectionalReadLengthType;
            BinaryPrimitives.WriteUInt32BigEndian(destination[PrefixLength..], readLength);
        }
    }
}
