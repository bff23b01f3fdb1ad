using System.Buffers.Binary;
using System.Numerics;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Capacity;

// READ CAPACITY (16) parameter data, SBC-3
//
//      0 | last LBA                                                      |
//      8 | block length in bytes                                         |
//     12 | . . | RC basis | protection type | PROT_EN                    |
//     13 | P_I_EXPONENT (7-4) | blocks per physical block, exponent (3-0) |
//     14 | LBPME | LBPRZ | lowest aligned LBA (14 bits)                  |
//     16 | reserved                                                      |
//     32 +---------------------------------------------------------------+

/// <summary>The size of a logical unit and what its blocks are like.</summary>
public sealed record LogicalUnitCapacity : IScsiAnswer
{
    public const int Length = 32;

    internal const int BlockLengthMax = 65_536;

    private const int ShortLength = 12;
    private const string Source = "SBC-3 READ CAPACITY (16)";

    public required ulong BlockCount { get; init; }

    public required int BlockLength { get; init; }

    /// <summary>Two to the power of this many blocks make one physical block.</summary>
    public byte PhysicalBlockExponent { get; init; }

    /// <summary>The first block that is also the first of a physical block.</summary>
    public ushort LowestAlignedBlock { get; init; }

    /// <summary>Whether blocks can be without space until they are written.</summary>
    public bool IsThin { get; init; }

    /// <summary>Whether a block without space reads as zeros.</summary>
    public bool UnmappedReadsZero { get; init; }

    /// <summary>Whether each block carries protection information.</summary>
    public bool IsProtected { get; init; }

    /// <summary>
    /// Whether blocks are whole sectors as file systems know them. Disks with 520 or 528 bytes to a block are legal,
    /// and of no use to us.
    /// </summary>
    public bool HasPlainBlocks => BitOperations.IsPow2(BlockLength) && BlockLength >= 512;

    public int WireLength => Length;

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static LogicalUnitCapacity Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= ShortLength, Source, $"the answer has {source.Length} bytes");

        Span<byte> fields = stackalloc byte[Length];
        fields.Clear();
        source[..Math.Min(source.Length, Length)].CopyTo(fields);
        ulong lastBlock = BinaryPrimitives.ReadUInt64BigEndian(fields);
        uint blockLength = BinaryPrimitives.ReadUInt32BigEndian(fields[8..]);
        Rule.Holds(lastBlock < ulong.MaxValue, Source, "the last block has no successor");
        Rule.Holds(blockLength is > 0 and <= BlockLengthMax, Source, $"a block has {blockLength} bytes");

        return new()
        {
            BlockCount = lastBlock + 1,
            BlockLength = (int)blockLength,
            IsProtected = (fields[12] & 0x01) != 0,
            PhysicalBlockExponent = (byte)(fields[13] & 0x0F),
            IsThin = (fields[14] & 0x80) != 0,
            UnmappedReadsZero = (fields[14] & 0x40) != 0,
            LowestAlignedBlock = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(fields[14..]) & 0x3FFF),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(BlockCount > 0);

        destination.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(destination, BlockCount - 1);
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], BlockLength);
        destination[12] = (byte)(IsProtected ? 0x01 : 0);
        destination[13] = (byte)(PhysicalBlockExponent & 0x0F);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)(LowestAlignedBlock & 0x3FFF));
        destination[14] |= (byte)((IsThin ? 0x80 : 0) | (UnmappedReadsZero ? 0x40 : 0));
    }
}
