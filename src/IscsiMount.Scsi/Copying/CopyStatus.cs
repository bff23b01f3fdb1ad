using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Copying;

// RECEIVE COPY RESULTS parameter data, COPY STATUS, SPC-4
//
//      0 | length: 8                                     |
//      4 | HDD (7) | status (6-0)                        |
//      5 | segments processed (2)   | units of the count |
//      8 | transfer count                                |
//     12 +-----------------------------------------------+

/// <summary>How a copy went.</summary>
public sealed record CopyStatus : IScsiAnswer
{
    private const int Length = 12;

    /// <summary>The transfer count is one of KiB.</summary>
    private const byte Kibibytes = 1;

    public bool IsDone { get; init; }

    public bool HasFailed { get; init; }

    public ushort SegmentCount { get; init; }

    public uint TransferredKibibytes { get; init; }

    public int WireLength => Length;

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static CopyStatus Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= Length, "SPC-4 COPY STATUS", $"the answer has {source.Length} bytes");
        return new()
        {
            IsDone = (source[4] & 0x7F) != 0,
            HasFailed = (source[4] & 0x7F) == 2,
            SegmentCount = BinaryPrimitives.ReadUInt16BigEndian(source[5..]),
            TransferredKibibytes = BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        BinaryPrimitives.WriteInt32BigEndian(destination, Length - 4);
        destination[4] = (byte)(HasFailed ? 2 : IsDone ? 1 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[5..], SegmentCount);
        destination[7] = Kibibytes;
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], TransferredKibibytes);
    }
}
