using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Block.Partitions.Layout;

// GPT header, UEFI GPT header. The primary one is in block 1, the backup in the last block. Little-endian.
//
//      0 | "EFI PART"                                    |
//      8 | revision, 00010000h                           |
//     12 | header size: 92 bytes up to a block           |
//     16 | CRC-32 of the header, computed with zero here |
//     20 | reserved                                      |
//     24 | my block                                      |
//     32 | block of the other header                     |
//     40 | first block that partitions may use           |
//     48 | last block that partitions may use            |
//     56 | GUID of the disk                              |
//     72 | first block of the entries                    |
//     80 | number of entries                             |
//     84 | size of an entry: 128 times a power of two    |
//     88 | CRC-32 of the entries                         |
//     92 +-----------------------------------------------+

/// <summary>Where a GPT has its entries, with all that proves it to be whole.</summary>
internal readonly record struct GptHeader
{
    public const int Length = 92;

    private const ulong Magic = 0x5452_4150_2049_4645;
    private const uint Revision = 0x0001_0000;
    private const int CrcOffset = 16;

    // LIMIT: 8,192 entries of the usual size. Disks have 128, and sgdisk makes some hundred at most.
    private const uint EntriesLengthMax = 1024 * 1024;

    public required ulong MyBlock { get; init; }

    public required ulong OtherBlock { get; init; }

    public required ulong FirstUsableBlock { get; init; }

    public required ulong LastUsableBlock { get; init; }

    public required Guid DiskId { get; init; }

    public required ulong EntriesBlock { get; init; }

    public required uint EntryCount { get; init; }

    public required uint EntryLength { get; init; }

    public required uint EntriesCrc { get; init; }

    public int EntriesLength => (int)(EntryCount * EntryLength);

    public static bool HasMagic(ReadOnlySpan<byte> block)
    {
        return block.Length >= sizeof(ulong) && BinaryPrimitives.ReadUInt64LittleEndian(block) == Magic;
    }

    /// <summary>Reads the header in a block, if it is whole and belongs there.</summary>
    /// <returns>What is wrong with it, or null, and only then there is a header.</returns>
    public static string? TryRead(ReadOnlySpan<byte> block, ulong number, out GptHeader header)
    {
        header = default;
        if (!HasMagic(block))
        {
            return "it has no signature";
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(block[12..]);
        if (length < Length || length > block.Length)
        {
            return $"its length is {length}";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]) != CrcOf(block[..(int)length]))
        {
            return "its checksum is wrong";
        }

        header = ReadFields(block);
        return header.Problem(number);
    }

    /// <summary>Writes the header with its checksum and zeros behind it.</summary>
    public void Write(Span<byte> block)
    {
        Invariant.Holds(block.Length >= Length);

        block.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Revision);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(block[24..], MyBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(block[32..], OtherBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(block[40..], FirstUsableBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(block[48..], LastUsableBlock);
        DiskId.TryWriteBytes(block[56..]);
        BinaryPrimitives.WriteUInt64LittleEndian(block[72..], EntriesBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(block[80..], EntryCount);
        BinaryPrimitives.WriteUInt32LittleEndian(block[84..], EntryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(block[88..], EntriesCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], CrcOf(block[..Length]));
    }

    private static GptHeader ReadFields(ReadOnlySpan<byte> block) => new()
    {
        MyBlock = BinaryPrimitives.ReadUInt64LittleEndian(block[24..]),
        OtherBlock = BinaryPrimitives.ReadUInt64LittleEndian(block[32..]),
        FirstUsableBlock = BinaryPrimitives.ReadUInt64LittleEndian(block[40..]),
        LastUsableBlock = BinaryPrimitives.ReadUInt64LittleEndian(block[48..]),
        DiskId = new Guid(block.Slice(56, 16)),
        EntriesBlock = BinaryPrimitives.ReadUInt64LittleEndian(block[72..]),
        EntryCount = BinaryPrimitives.ReadUInt32LittleEndian(block[80..]),
        EntryLength = BinaryPrimitives.ReadUInt32LittleEndian(block[84..]),
        EntriesCrc = BinaryPrimitives.ReadUInt32LittleEndian(block[88..]),
    };

    private static uint CrcOf(ReadOnlySpan<byte> header)
    {
        uint crc = Crc32.Append(0, header[..CrcOffset]);
        crc = Crc32.Append(crc, [0, 0, 0, 0]);
        return Crc32.Append(crc, header[(CrcOffset + sizeof(uint))..]);
    }

    // A checksum proves that nothing was changed by accident. It proves nothing about who wrote it.
    private string? Problem(ulong number)
    {
        if (MyBlock != number)
        {
            return $"it says that it belongs to block {MyBlock}";
        }

        if (EntryLength < GptEntry.Length || EntryLength % GptEntry.Length != 0)
        {
            return $"its entries have {EntryLength} bytes";
        }

        return (ulong)EntryCount * EntryLength is 0 or > EntriesLengthMax
            ? $"it has {EntryCount} entries of {EntryLength} bytes"
            : null;
    }
}
