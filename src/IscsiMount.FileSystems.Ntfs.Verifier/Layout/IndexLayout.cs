using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// $INDEX_ROOT                    INDX block                      node
//
//   00  4  indexed type            00  4  "INDX"                   00  4  offset of the first entry
//   04  4  collation               04  4  protection               04  4  bytes used
//   08  4  block size              08  8  LSN                      08  4  bytes allocated
//   0C  1  clusters in a block     10  8  own VCN                  0C  1  1 = has children
//   10     node                    18     node

/// <summary>What an index holds, in which order, in blocks of which size.</summary>
internal readonly record struct IndexRootHeader(uint IndexedType, uint Collation, uint BlockSize)
{
    public const int Length = 0x10;

    public static IndexRootHeader Read(ReadOnlySpan<byte> source) => new(
        ReadUInt32LittleEndian(source), ReadUInt32LittleEndian(source[0x04..]), ReadUInt32LittleEndian(source[0x08..]));
}

/// <summary>The head of a block of an index.</summary>
internal readonly record struct IndexBlockHeader(bool HasSignature, ulong Vcn)
{
    public const int Length = 0x18;

    public static IndexBlockHeader Read(ReadOnlySpan<byte> source) =>
        new(source.StartsWith("INDX"u8), ReadUInt64LittleEndian(source[0x10..]));
}

/// <summary>The head of a node, from which all its offsets count.</summary>
internal readonly record struct NodeHeader(uint FirstEntry, uint BytesUsed, uint BytesAllocated, bool HasChildren)
{
    public const int Length = 0x10;

    public static NodeHeader Read(ReadOnlySpan<byte> source) => new(
        ReadUInt32LittleEndian(source),
        ReadUInt32LittleEndian(source[0x04..]),
        ReadUInt32LittleEndian(source[0x08..]),
        (source[0x0C] & 1) != 0);
}

// Entry of a node
//
//   00  8  reference of the file, or 00 2 offset and 02 2 length of the value in a view index
//   08  2  length of the entry          10     key
//   0A  2  length of the key                   value of a view index
//   0C  2  flags: 1 child, 2 last              VCN of the child in the last 8 bytes

/// <summary>An entry of a node. Key and value stay in the buffer.</summary>
internal readonly record struct IndexEntryHeader
{
    public const int Length = 0x10;

    private const int ChildFlag = 1;
    private const int LastFlag = 2;

    public required Reference File { get; init; }
    public required int EntryLength { get; init; }
    public required int KeyLength { get; init; }
    public required ushort Flags { get; init; }
    public required int ValueOffset { get; init; }
    public required int ValueLength { get; init; }

    public bool HasChild => (Flags & ChildFlag) != 0;

    public bool IsLast => (Flags & LastFlag) != 0;

    public static IndexEntryHeader Read(ReadOnlySpan<byte> source) => new()
    {
        File = new Reference(ReadUInt64LittleEndian(source)),
        ValueOffset = ReadUInt16LittleEndian(source),
        ValueLength = ReadUInt16LittleEndian(source[0x02..]),
        EntryLength = ReadUInt16LittleEndian(source[0x08..]),
        KeyLength = ReadUInt16LittleEndian(source[0x0A..]),
        Flags = ReadUInt16LittleEndian(source[0x0C..]),
    };
}
