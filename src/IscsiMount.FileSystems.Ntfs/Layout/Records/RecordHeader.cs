using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

/// <summary>What a record of $MFT is.</summary>
[Flags]
internal enum RecordFlags : ushort
{
    None = 0,
    InUse = 1,
    Directory = 2,
    InExtend = 4,
    ViewIndex = 8,
}

// FILE record of $MFT
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+-------+-------+-------------------------------+
//   00  | "FILE"        | fix-ups       | LogSequenceNumber             |
//       +-------+-------+-------+-------+---------------+---------------+
//   10  |Sequen.| Links | First | Flags | BytesInUse    | allocated     |
//       +-------+-------+-------+-------+-------+-------+---------------+
//   20  | BaseRecord                    | NextId|       | Number        |
//       +-------------------------------+-------+-------+---------------+
//
//   Number stands there only if the fix-up array begins at 30h: NT4 and the Linux driver ntfs3 begin it at 2Ah.

/// <summary>The head of a file record.</summary>
internal readonly record struct RecordHeader
{
    public const int Length = 0x2A;

    private const string Structure = "FILE record";

    public static ReadOnlySpan<byte> Magic => "FILE"u8;

    public required ushort Sequence { get; init; }

    /// <summary>Names in the record and in those that extend it, 8.3 twins counted; 0 in extensions.</summary>
    public required ushort LinkCount { get; init; }

    public required int FirstAttribute { get; init; }
    public required RecordFlags Flags { get; init; }
    public required int BytesInUse { get; init; }

    /// <summary>The record that this one extends; zero in a base record.</summary>
    public required FileReference BaseRecord { get; init; }

    /// <summary>Reads the head of a whole record whose fix-ups are undone.</summary>
    /// <exception cref="DamagedMediumException">The head contradicts the size of the record.</exception>
    public static RecordHeader Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(source.Length >= Length);

        uint bytesInUse = BinaryPrimitives.ReadUInt32LittleEndian(source[0x18..]);
        int firstAttribute = BinaryPrimitives.ReadUInt16LittleEndian(source[0x14..]);
        Medium.Holds(bytesInUse <= (uint)source.Length, Structure, "it claims more bytes than a record has");
        Medium.Holds(
            firstAttribute >= Length && firstAttribute % 8 == 0 && firstAttribute + 4 <= bytesInUse,
            Structure,
            "its first attribute lies outside");

        return new RecordHeader
        {
            Sequence = BinaryPrimitives.ReadUInt16LittleEndian(source[0x10..]),
            LinkCount = BinaryPrimitives.ReadUInt16LittleEndian(source[0x12..]),
            FirstAttribute = firstAttribute,
            Flags = (RecordFlags)BinaryPrimitives.ReadUInt16LittleEndian(source[0x16..]),
            BytesInUse = (int)bytesInUse,
            BaseRecord = FileReference.Read(source[0x20..]),
        };
    }
}
