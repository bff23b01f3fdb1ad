using System.Buffers.Binary;

namespace IscsiMount.Scsi.Identity;

// Page B0h, block limits, SBC-3. Offsets are those of the page; all numbers count blocks.
//
//      4 | reserved                             | WSNZ |
//      5 | maximum COMPARE AND WRITE length            |
//      6 | optimal transfer length granularity         |
//      8 | maximum transfer length                     |
//     12 | optimal transfer length                     |
//     16 | maximum prefetch length                     |
//     20 | maximum UNMAP LBA count                     |
//     24 | maximum UNMAP block descriptor count        |
//     28 | optimal unmap granularity                   |
//     32 | UGAVALID | unmap granularity alignment      |
//     36 | maximum WRITE SAME length (8 bytes)         |
//     44 | maximum atomic transfer length              |
//     48 | atomic alignment                            |
//     52 | atomic transfer length granularity          |
//     56 | maximum atomic length with boundary         |
//     60 | maximum atomic boundary size                |
//     64 +---------------------------------------------+

/// <summary>Page B0h: how much the unit moves at once. Zero means no limit, or that nothing is told.</summary>
public sealed record BlockLimits : VitalProductPage, IVitalProductPage<BlockLimits>
{
    private const int Length = 0x3C;

    public static VitalProductPageCode PageCode => VitalProductPageCode.BlockLimits;

    /// <summary>Whether WRITE SAME refuses a count of zero, which otherwise means up to the end.</summary>
    public bool WriteSameNeedsCount { get; init; }

    /// <summary>Zero: COMPARE AND WRITE is not supported.</summary>
    public byte CompareAndWriteBlocksMax { get; init; }

    public ushort TransferGranularity { get; init; }

    public uint TransferBlocksMax { get; init; }

    public uint TransferBlocksOptimal { get; init; }

    public uint PrefetchBlocksMax { get; init; }

    /// <summary>Zero: UNMAP is not supported.</summary>
    public uint UnmapBlocksMax { get; init; }

    public uint UnmapDescriptorsMax { get; init; }

    public uint UnmapGranularity { get; init; }

    /// <summary>The first block that lies on the granularity, if it is told.</summary>
    public uint? UnmapAlignment { get; init; }

    public ulong WriteSameBlocksMax { get; init; }

    /// <summary>The most that WRITE ATOMIC writes as one piece. Zero: not told.</summary>
    public uint AtomicBlocksMax { get; init; }

    public uint AtomicAlignment { get; init; }

    public uint AtomicGranularity { get; init; }

    /// <summary>The most that one WRITE ATOMIC with a boundary writes. Zero: boundaries are not supported.</summary>
    public uint BoundedAtomicBlocksMax { get; init; }

    public uint AtomicBoundaryMax { get; init; }

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Length;

    public static BlockLimits Read(ReadOnlySpan<byte> page)
    {
        // Older devices have 0Ch or 10h bytes. What they leave out is not told.
        ReadOnlySpan<byte> content = ContentOf(page, PageCode, Length);
        uint alignment = BinaryPrimitives.ReadUInt32BigEndian(content[28..]);
        return new()
        {
            Peripheral = Peripheral.Read(page[0]),
            WriteSameNeedsCount = (content[0] & 0x01) != 0,
            CompareAndWriteBlocksMax = content[1],
            TransferGranularity = BinaryPrimitives.ReadUInt16BigEndian(content[2..]),
            TransferBlocksMax = BinaryPrimitives.ReadUInt32BigEndian(content[4..]),
            TransferBlocksOptimal = BinaryPrimitives.ReadUInt32BigEndian(content[8..]),
            PrefetchBlocksMax = BinaryPrimitives.ReadUInt32BigEndian(content[12..]),
            UnmapBlocksMax = BinaryPrimitives.ReadUInt32BigEndian(content[16..]),
            UnmapDescriptorsMax = BinaryPrimitives.ReadUInt32BigEndian(content[20..]),
            UnmapGranularity = BinaryPrimitives.ReadUInt32BigEndian(content[24..]),
            UnmapAlignment = alignment > int.MaxValue ? alignment & int.MaxValue : null,
            WriteSameBlocksMax = BinaryPrimitives.ReadUInt64BigEndian(content[32..]),
            AtomicBlocksMax = BinaryPrimitives.ReadUInt32BigEndian(content[40..]),
            AtomicAlignment = BinaryPrimitives.ReadUInt32BigEndian(content[44..]),
            AtomicGranularity = BinaryPrimitives.ReadUInt32BigEndian(content[48..]),
            BoundedAtomicBlocksMax = BinaryPrimitives.ReadUInt32BigEndian(content[52..]),
            AtomicBoundaryMax = BinaryPrimitives.ReadUInt32BigEndian(content[56..]),
        };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        destination[0] = (byte)(WriteSameNeedsCount ? 0x01 : 0);
        destination[1] = CompareAndWriteBlocksMax;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], TransferGranularity);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], TransferBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], TransferBlocksOptimal);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], PrefetchBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], UnmapBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[20..], UnmapDescriptorsMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], UnmapGranularity);
        BinaryPrimitives.WriteUInt32BigEndian(
            destination[28..], UnmapAlignment is { } alignment ? 0x8000_0000 | alignment : 0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[32..], WriteSameBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], AtomicBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[44..], AtomicAlignment);
        BinaryPrimitives.WriteUInt32BigEndian(destination[48..], AtomicGranularity);
        BinaryPrimitives.WriteUInt32BigEndian(destination[52..], BoundedAtomicBlocksMax);
        BinaryPrimitives.WriteUInt32BigEndian(destination[56..], AtomicBoundaryMax);
    }
}
