using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// Entry of $ATTRIBUTE_LIST
//
//   00  4  type                          08  8  first VCN of the piece
//   04  2  length, a multiple of 8       10  8  record that holds it
//   06  1  characters of the name        18  2  instance
//   07  1  offset of the name = 1A       1A     name

/// <summary>Where one attribute of a file lies, or one piece of it. The name stays in the buffer.</summary>
internal readonly record struct ListEntry
{
    public const int HeaderLength = 0x1A;

    public required uint Type { get; init; }
    public required int Length { get; init; }
    public required int NameLength { get; init; }
    public required int NameOffset { get; init; }
    public required ulong FirstVcn { get; init; }
    public required Reference Record { get; init; }
    public required ushort Instance { get; init; }

    public static ListEntry Read(ReadOnlySpan<byte> source) => new()
    {
        Type = ReadUInt32LittleEndian(source),
        Length = ReadUInt16LittleEndian(source[0x04..]),
        NameLength = source[0x06],
        NameOffset = source[0x07],
        FirstVcn = ReadUInt64LittleEndian(source[0x08..]),
        Record = new Reference(ReadUInt64LittleEndian(source[0x10..])),
        Instance = ReadUInt16LittleEndian(source[0x18..]),
    };
}
