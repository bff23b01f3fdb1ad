using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// Attribute
//
//   00  4  type                          resident
//   04  4  length, a multiple of 8       10  4  length of the value
//   08  1  1 = non-resident              14  2  offset of the value
//   09  1  characters of the name        16  1  1 = indexed
//   0A  2  offset of the name
//   0C  2  flags                         non-resident
//   0E  2  instance                      10  8  first VCN          30  8  data size
//                                        18  8  last VCN           38  8  initialized size
//   flags: 0001 compressed               20  2  offset of runs     40  8  total of real clusters,
//          4000 encrypted                22  1  compression unit          if compressed or sparse
//          8000 sparse                   28  8  allocated size

/// <summary>The head of an attribute, resident or not.</summary>
internal readonly record struct AttributeHeader
{
    public const int LengthMin = 0x18;
    public const int NonResidentLengthMin = 0x40;
    public const int NonResidentLengthWithTotal = 0x48;

    private const int CompressedFlags = 0x00FF;
    private const int SparseFlag = 0x8000;

    public required uint Type { get; init; }
    public required uint Length { get; init; }
    public required bool IsNonResident { get; init; }
    public required int NameLength { get; init; }
    public required int NameOffset { get; init; }
    public required ushort Flags { get; init; }
    public required ushort Instance { get; init; }

    public bool IsCompressed => (Flags & CompressedFlags) != 0;

    public bool IsSparse => (Flags & SparseFlag) != 0;

    /// <summary>Reads the common part, from at least <see cref="LengthMin"/> bytes.</summary>
    public static AttributeHeader Read(ReadOnlySpan<byte> source) => new()
    {
        Type = ReadUInt32LittleEndian(source),
        Length = ReadUInt32LittleEndian(source[0x04..]),
        IsNonResident = source[0x08] != 0,
        NameLength = source[0x09],
        NameOffset = ReadUInt16LittleEndian(source[0x0A..]),
        Flags = ReadUInt16LittleEndian(source[0x0C..]),
        Instance = ReadUInt16LittleEndian(source[0x0E..]),
    };
}

/// <summary>The part of a non-resident attribute behind the common one. Its numbers are not checked.</summary>
internal readonly record struct NonResidentHeader
{
    public required ulong FirstVcn { get; init; }
    public required ulong LastVcn { get; init; }
    public required int RunsOffset { get; init; }
    public required byte CompressionUnit { get; init; }
    public required ulong AllocatedSize { get; init; }
    public required ulong DataSize { get; init; }
    public required ulong InitializedSize { get; init; }

    /// <summary>What is really allocated, where the header has room for it.</summary>
    public required ulong? TotalAllocated { get; init; }

    /// <summary>Reads a whole attribute of at least <see cref="AttributeHeader.NonResidentLengthMin"/> bytes.</summary>
    public static NonResidentHeader Read(ReadOnlySpan<byte> source)
    {
        int runsOffset = ReadUInt16LittleEndian(source[0x20..]);
        bool hasTotal = runsOffset >= AttributeHeader.NonResidentLengthWithTotal
            && source.Length >= AttributeHeader.NonResidentLengthWithTotal;
        return new NonResidentHeader
        {
            FirstVcn = ReadUInt64LittleEndian(source[0x10..]),
            LastVcn = ReadUInt64LittleEndian(source[0x18..]),
            RunsOffset = runsOffset,
            CompressionUnit = source[0x22],
            AllocatedSize = ReadUInt64LittleEndian(source[0x28..]),
            DataSize = ReadUInt64LittleEndian(source[0x30..]),
            InitializedSize = ReadUInt64LittleEndian(source[0x38..]),
            TotalAllocated = hasTotal ? ReadUInt64LittleEndian(source[0x40..]) : null,
        };
    }
}
