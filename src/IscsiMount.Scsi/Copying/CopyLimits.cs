using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Copying;

// RECEIVE COPY RESULTS parameter data, OPERATING PARAMETERS, SPC-4
//
//      0 | length: bytes after these four                         |
//      4 | SNLID (0)   | reserved                                 |
//      8 | maximum device descriptors | maximum segments          |
//     12 | maximum bytes of descriptors                           |
//     16 | maximum bytes of a segment                             |
//     20 | maximum bytes of inline data                           |
//     24 | held data limit                                        |
//     28 | maximum transfer of stream devices                     |
//     32 | reserved                   | copies at once, in all     |
//     36 | copies at once | granularities (3 bytes)               |
//     40 | reserved (3)               | number of types           |
//     44 | types of descriptors that are known                    |

/// <summary>What a copy may look like.</summary>
public sealed record CopyLimits : IScsiAnswer
{
    private const int HeaderLength = 44;

    public required ushort DevicesMax { get; init; }

    public required ushort SegmentsMax { get; init; }

    public required uint DescriptorLengthMax { get; init; }

    /// <summary>Bytes that one segment copies at most.</summary>
    public required uint SegmentSizeMax { get; init; }

    public byte CopiesMax { get; init; }

    /// <summary>The types of descriptors that are known, in rising order.</summary>
    public required ValueList<byte> Types { get; init; }

    public int WireLength => HeaderLength + Types.Count;

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static CopyLimits Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(
            source.Length >= HeaderLength, "SPC-4 OPERATING PARAMETERS", $"the answer has {source.Length} bytes");
        return new()
        {
            DevicesMax = BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
            SegmentsMax = BinaryPrimitives.ReadUInt16BigEndian(source[10..]),
            DescriptorLengthMax = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            SegmentSizeMax = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
            CopiesMax = source[36],
            Types = ValueList.Create(
                source.Slice(HeaderLength, Math.Min(source[43], source.Length - HeaderLength))),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, WireLength - 4);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], DevicesMax);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], SegmentsMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], DescriptorLengthMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], SegmentSizeMax);
        BinaryPrimitives.WriteUInt16BigEndian(destination[34..], CopiesMax);
        destination[36] = CopiesMax;
        destination[43] = checked((byte)Types.Count);
        Types.AsSpan().CopyTo(destination[HeaderLength..]);
    }
}
