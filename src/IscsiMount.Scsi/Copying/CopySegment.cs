using System.Buffers.Binary;

namespace IscsiMount.Scsi.Copying;

// Segment descriptor, block device to block device, SPC-4
//
//      0 | 02h                                      |
//      1 | DC (1) | CAT (0)                         |
//      2 | length: 18h                              |
//      4 | place of the source in the list          |
//      6 | place of the destination in the list     |
//      8 | reserved           | number of blocks    |
//     12 | first LBA of the source                  |
//     20 | first LBA of the destination             |
//     28 +------------------------------------------+

/// <summary>One part of a copy: blocks of a device that go to another, or to another place of it.</summary>
public readonly record struct CopySegment
{
    public const int Length = 28;
    public const byte BlockToBlock = 0x02;

    private const ushort LengthBehindHeader = 0x18;

    public CopySegment()
    {
    }

    public byte Type { get; init; } = BlockToBlock;

    public ushort SourceIndex { get; init; }

    public ushort DestinationIndex { get; init; }

    public ushort BlockCount { get; init; }

    public ulong SourceBlock { get; init; }

    public ulong DestinationBlock { get; init; }

    public static CopySegment Read(ReadOnlySpan<byte> source) => new()
    {
        Type = source[0],
        SourceIndex = BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
        DestinationIndex = BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
        BlockCount = BinaryPrimitives.ReadUInt16BigEndian(source[10..]),
        SourceBlock = BinaryPrimitives.ReadUInt64BigEndian(source[12..]),
        DestinationBlock = BinaryPrimitives.ReadUInt64BigEndian(source[20..]),
    };

    public void Write(Span<byte> destination)
    {
        destination.Clear();
        destination[0] = Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], LengthBehindHeader);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], SourceIndex);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], DestinationIndex);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], BlockCount);
        BinaryPrimitives.WriteUInt64BigEndian(destination[12..], SourceBlock);
        BinaryPrimitives.WriteUInt64BigEndian(destination[20..], DestinationBlock);
    }
}
