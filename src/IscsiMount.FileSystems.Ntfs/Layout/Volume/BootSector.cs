using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Volume;

// $Boot, the first sector of the volume. Its copy is the sector behind the counted ones.
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-----------+-------------------------------+-------+---+-------+
//   00  | jump      | "NTFS    "                    | B/sec |S/C|       |
//       +-----------+-------------------------------+-------+---+-------+
//   10  |                                                               |
//       +-------------------------------+-------------------------------+
//   20  |                               | TotalSectors                  |
//       +-------------------------------+-------------------------------+
//   30  | MftLcn                        | MftMirrorLcn                  |
//       +---+-----------+---+-----------+-------------------------------+
//   40  |Rec|           |Idx|           | VolumeSerialNumber            |
//       +---+-----------+---+-----------+-------------------------------+
//
//   S/C        sectors in a cluster; above 80h it means 2^(256 - value)
//   Rec, Idx   size of a FILE record and of an INDX block: clusters if positive, else 2^(-value) bytes

/// <summary>The parameters of a volume as they stand in its boot sector, not yet compared with anything.</summary>
internal readonly record struct BootSector
{
    public const int Length = 512;

    private static ReadOnlySpan<byte> Magic => "NTFS    "u8;

    public required int BytesPerSector { get; init; }
    public required byte SectorsPerClusterCode { get; init; }
    public required ulong TotalSectors { get; init; }
    public required ulong MftLcn { get; init; }
    public required ulong MftMirrorLcn { get; init; }
    public required sbyte RecordSizeCode { get; init; }
    public required sbyte IndexBlockSizeCode { get; init; }
    public required ulong VolumeSerialNumber { get; init; }

    /// <summary>
    /// Whether the sector claims to be of this format. The marker 55 AA is not asked for: others do not.
    /// </summary>
    public static bool IsSigned(ReadOnlySpan<byte> source) =>
        source.Length >= Length && source.Slice(3, Magic.Length).SequenceEqual(Magic);

    public static BootSector Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length >= Length);

        return new BootSector
        {
            BytesPerSector = BinaryPrimitives.ReadUInt16LittleEndian(source[0x0B..]),
            SectorsPerClusterCode = source[0x0D],
            TotalSectors = BinaryPrimitives.ReadUInt64LittleEndian(source[0x28..]),
            MftLcn = BinaryPrimitives.ReadUInt64LittleEndian(source[0x30..]),
            MftMirrorLcn = BinaryPrimitives.ReadUInt64LittleEndian(source[0x38..]),
            RecordSizeCode = unchecked((sbyte)source[0x40]),
            IndexBlockSizeCode = unchecked((sbyte)source[0x44]),
            VolumeSerialNumber = BinaryPrimitives.ReadUInt64LittleEndian(source[0x48..]),
        };
    }
}
