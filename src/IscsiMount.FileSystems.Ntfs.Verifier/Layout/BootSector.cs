using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// $Boot, the first sector of the volume and once more its last one (docs/formats/ntfs-rules.md)
//
//   003  8  "NTFS    "                030  8  LCN of $MFT
//   00B  2  bytes in a sector         038  8  LCN of $MFTMirr
//   00D  1  sectors in a cluster      040  1  record size       positive: clusters, negative: 2^-n bytes
//   028  8  sectors of the volume     044  1  index block size  likewise
//
//   Sectors in a cluster above 80h are 2^(256 - n).

/// <summary>The numbers of a boot sector as they stand there.</summary>
internal readonly record struct BootSector
{
    public const int Length = 512;

    public required bool HasSystemName { get; init; }
    public required int BytesPerSector { get; init; }
    public required byte SectorsPerCluster { get; init; }
    public required ulong TotalSectors { get; init; }
    public required ulong MftLcn { get; init; }
    public required ulong MirrorLcn { get; init; }
    public required sbyte RecordSize { get; init; }
    public required sbyte IndexBlockSize { get; init; }

    public static BootSector Read(ReadOnlySpan<byte> source) => new()
    {
        HasSystemName = source.Slice(3, 8).SequenceEqual("NTFS    "u8),
        BytesPerSector = ReadUInt16LittleEndian(source[0x0B..]),
        SectorsPerCluster = source[0x0D],
        TotalSectors = ReadUInt64LittleEndian(source[0x28..]),
        MftLcn = ReadUInt64LittleEndian(source[0x30..]),
        MirrorLcn = ReadUInt64LittleEndian(source[0x38..]),
        RecordSize = unchecked((sbyte)source[0x40]),
        IndexBlockSize = unchecked((sbyte)source[0x44]),
    };
}
