using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// FILE record
//
//   00  4  "FILE"                      1C  4  bytes allocated = record size
//   04  4  array of the protection     20  8  base record, 0 in a base record
//   08  8  LSN                         28  2  next attribute instance
//   10  2  sequence number             2C  4  record number, if the array begins at 30
//   12  2  link count
//   14  2  offset of attributes        references: number 48 bits, sequence 16 bits above
//   16  2  flags
//   18  4  bytes in use

/// <summary>The head of a file record.</summary>
internal readonly record struct RecordHeader
{
    public const int Length = 0x30;

    /// <summary>Where the array begins in records that do not know their number.</summary>
    public const int ShortArrayOffset = 0x2A;

    private const int FlagInUse = 1;
    private const int FlagDirectory = 2;
    private const int FlagViewIndex = 8;

    public required bool HasSignature { get; init; }
    public required int ArrayOffset { get; init; }
    public required int ArrayCount { get; init; }
    public required ushort Sequence { get; init; }
    public required ushort LinkCount { get; init; }
    public required int AttributesOffset { get; init; }
    public required ushort Flags { get; init; }
    public required uint BytesInUse { get; init; }
    public required uint BytesAllocated { get; init; }
    public required ulong BaseReference { get; init; }
    public required ushort NextInstance { get; init; }
    public required uint Number { get; init; }

    public bool IsInUse => (Flags & FlagInUse) != 0;

    public bool IsDirectory => (Flags & FlagDirectory) != 0;

    public bool IsViewIndex => (Flags & FlagViewIndex) != 0;

    public bool HasNumber => ArrayOffset >= Length;

    public static RecordHeader Read(ReadOnlySpan<byte> source) => new()
    {
        HasSignature = source.StartsWith("FILE"u8),
        ArrayOffset = ReadUInt16LittleEndian(source[0x04..]),
        ArrayCount = ReadUInt16LittleEndian(source[0x06..]),
        Sequence = ReadUInt16LittleEndian(source[0x10..]),
        LinkCount = ReadUInt16LittleEndian(source[0x12..]),
        AttributesOffset = ReadUInt16LittleEndian(source[0x14..]),
        Flags = ReadUInt16LittleEndian(source[0x16..]),
        BytesInUse = ReadUInt32LittleEndian(source[0x18..]),
        BytesAllocated = ReadUInt32LittleEndian(source[0x1C..]),
        BaseReference = ReadUInt64LittleEndian(source[0x20..]),
        NextInstance = ReadUInt16LittleEndian(source[0x28..]),
        Number = ReadUInt32LittleEndian(source[0x2C..]),
    };
}
