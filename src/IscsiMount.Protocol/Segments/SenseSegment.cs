using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Segments;

// Data segment of a SCSI Response (RFC 7143 §11.4.7) and of an Asynchronous Message (RFC 7143 §11.9.4)
//
//        0               1               2               3
//      +---------------+---------------+---------------+---------------+
//    0 | SenseLength                   | sense data                ... |
//      +---------------+---------------+---------------+---------------+
//    x | response data or event data                               ... |
//      +---------------------------------------------------------------+

/// <summary>Sense data and what follows it, in the data segment of a response or an asynchronous message.</summary>
public readonly ref struct SenseSegment
{
    private const int PrefixLength = 2;

    public ReadOnlySpan<byte> Sense { get; init; }

    /// <summary>The response data of a response, the event data of an asynchronous message; mostly nothing.</summary>
    public ReadOnlySpan<byte> Rest { get; init; }

    /// <summary>Bytes of the data segment.</summary>
    public int Length => PrefixLength + Sense.Length + Rest.Length;

    /// <summary>Reads the segment; an empty one holds no sense. The bytes stay where they are.</summary>
    /// <exception cref="ProtocolViolationException">The sense data does not fit into the segment.</exception>
    public static SenseSegment Read(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return default;
        }

        Rule.Holds(source.Length >= PrefixLength, "RFC 7143 §11.4.7.1", "a sense segment has one byte");
        int senseLength = BinaryPrimitives.ReadUInt16BigEndian(source);
        Rule.Holds(
            senseLength <= source.Length - PrefixLength,
            "RFC 7143 §11.4.7.1", $"SenseLength is {senseLength} in a segment of {source.Length} bytes");

        ReadOnlySpan<byte> content = source[PrefixLength..];
        return new SenseSegment { Sense = content[..senseLength], Rest = content[senseLength..] };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)Sense.Length);
        Sense.CopyTo(destination[PrefixLength..]);
        Rest.CopyTo(destination[(PrefixLength + Sense.Length)..]);
    }
}
