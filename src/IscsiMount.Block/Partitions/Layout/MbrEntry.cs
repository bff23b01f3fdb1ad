using System.Buffers.Binary;

namespace IscsiMount.Block.Partitions.Layout;

// Entry of a boot record. Little-endian.
//
//      0 | status: 80h active, 00h not                   |
//      1 | first sector as cylinder, head, sector        |
//      4 | type                                          |
//      5 | last sector as cylinder, head, sector         |
//      8 | first block                                   |
//     12 | number of blocks                              |
//     16 +-----------------------------------------------+
//
// The first block counts from the beginning of the disk in an MBR. In a link of an extended partition, it counts from
// that link if the entry is a partition, and from the first link if it is the next link.

/// <summary>One entry of a boot record. Cylinders and heads are history and are written as unusable.</summary>
internal readonly record struct MbrEntry
{
    public const int Length = 16;

    private const byte Protective = 0xEE;

    public byte Status { get; init; }

    public byte Type { get; init; }

    public uint FirstBlock { get; init; }

    public uint BlockCount { get; init; }

    public bool IsUsed => Type != 0 && BlockCount != 0;

    public bool IsExtended => IsUsed && Type is 0x05 or 0x0F or 0x85;

    /// <summary>Whether it only says that the disk has a GPT.</summary>
    public bool IsProtective => Type == Protective && BlockCount != 0;

    public static MbrEntry Read(ReadOnlySpan<byte> source) => new()
    {
        Status = source[0],
        Type = source[4],
        FirstBlock = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BlockCount = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
    };

    public void Write(Span<byte> destination)
    {
        Span<byte> entry = destination[..Length];
        entry.Clear();
        if (Type != 0)
        {
            ReadOnlySpan<byte> unusable = [0xFE, 0xFF, 0xFF];
            unusable.CopyTo(entry[1..]);
            unusable.CopyTo(entry[5..]);
        }

        entry[0] = Status;
        entry[4] = Type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], FirstBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], BlockCount);
    }
}
