using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

// Entry of $ATTRIBUTE_LIST
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+-------+---+---+-------------------------------+
//   00  | Type          | Length|Nam|At | FirstVcn                      |
//       +---------------+-------+---+---+-------+-----------------------+
//   10  | Record                        | Inst. | name ...
//       +-------------------------------+-------+-----------------------+

/// <summary>Says which record holds one piece of a file's attributes.</summary>
internal readonly record struct AttributeListEntry
{
    public const int LengthMin = 0x1A;

    private const string Structure = "$ATTRIBUTE_LIST";

    public required AttributeType Type { get; init; }
    public required int Length { get; init; }
    public required byte NameLength { get; init; }
    public required long FirstVcn { get; init; }
    public required FileReference Record { get; init; }
    public required ushort Instance { get; init; }

    /// <summary>Reads the entry with which the rest of a list begins.</summary>
    public static AttributeListEntry Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= LengthMin, Structure, "an entry is cut off");
        int length = BinaryPrimitives.ReadUInt16LittleEndian(source[0x04..]);
        Medium.Holds(
            length >= LengthMin && length <= source.Length, Structure, "an entry does not fit into the list");

        return new AttributeListEntry
        {
            Type = (AttributeType)BinaryPrimitives.ReadUInt32LittleEndian(source),
            Length = length,
            NameLength = source[0x06],
            FirstVcn = BinaryPrimitives.ReadInt64LittleEndian(source[0x08..]),
            Record = FileReference.Read(source[0x10..]),
            Instance = BinaryPrimitives.ReadUInt16LittleEndian(source[0x18..]),
        };
    }
}
