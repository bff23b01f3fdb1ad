using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Capacity;

// READ CAPACITY (10) parameter data, SBC-3
//
//      0 | last LBA, FFFFFFFFh = it does not fit         |
//      4 | block length in bytes                         |
//      8 +-----------------------------------------------+

/// <summary>The size of a logical unit, as far as 32 bits can tell it.</summary>
public readonly record struct ShortCapacity : IScsiAnswer
{
    public const int Length = 8;

    private const string Source = "SBC-3 READ CAPACITY (10)";

    public required uint LastBlock { get; init; }

    public required int BlockLength { get; init; }

    /// <summary>Whether READ CAPACITY (16) has to be asked instead.</summary>
    public bool IsTooLarge => LastBlock == uint.MaxValue;

    public int WireLength => Length;

    public static ShortCapacity Of(LogicalUnitCapacity capacity)
    {
        Invariant.Holds(capacity.BlockCount > 0);

        return new()
        {
            LastBlock = (uint)Math.Min(capacity.BlockCount - 1, uint.MaxValue),
            BlockLength = capacity.BlockLength,
        };
    }

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static ShortCapacity Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= Length, Source, $"the answer has {source.Length} bytes");

        uint blockLength = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        Rule.Holds(
            blockLength is > 0 and <= LogicalUnitCapacity.BlockLengthMax, Source, $"a block has {blockLength} bytes");
        return new() { LastBlock = BinaryPrimitives.ReadUInt32BigEndian(source), BlockLength = (int)blockLength };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);

        BinaryPrimitives.WriteUInt32BigEndian(destination, LastBlock);
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], BlockLength);
    }

    public LogicalUnitCapacity ToCapacity()
    {
        Invariant.Holds(!IsTooLarge);
        return new() { BlockCount = (ulong)LastBlock + 1, BlockLength = BlockLength };
    }
}
