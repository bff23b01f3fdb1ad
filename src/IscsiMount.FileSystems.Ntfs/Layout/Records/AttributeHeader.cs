using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

/// <summary>The kinds of attributes, in the order in which a record holds them.</summary>
internal enum AttributeType : uint
{
    StandardInformation = 0x10,
    AttributeList = 0x20,
    FileName = 0x30,
    ObjectId = 0x40,
    SecurityDescriptor = 0x50,
    VolumeName = 0x60,
    VolumeInformation = 0x70,
    Data = 0x80,
    IndexRoot = 0x90,
    IndexAllocation = 0xA0,
    Bitmap = 0xB0,
    ReparsePoint = 0xC0,
    EaInformation = 0xD0,
    Ea = 0xE0,
    LoggedUtilityStream = 0x100,
    End = 0xFFFF_FFFF,
}

/// <summary>How the value of an attribute is stored.</summary>
[Flags]
internal enum AttributeFlags : ushort
{
    None = 0,
    Compressed = 0x0001,

    /// <summary>The number of the compression; 1 is LZNT1, others were never used.</summary>
    CompressionMask = 0x00FF,
    Encrypted = 0x4000,
    Sparse = 0x8000,
}

// Head of every attribute
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+---------------+---+---+-------+-------+-------+
//   00  | Type          | Length        |NR |Nam| NameAt| Flags | Inst. |
//       +---------------+---------------+---+---+-------+-------+-------+
//
//   NR   1 if the value is not resident      Nam   length of the name in UTF-16 units

/// <summary>The part of an attribute's head that resident and non-resident ones have in common.</summary>
internal readonly record struct AttributeHeader
{
    /// <summary>The shortest attribute: the head of a resident one.</summary>
    public const int LengthMin = 0x18;

    private const string Structure = "attribute";

    public required AttributeType Type { get; init; }
    public required int Length { get; init; }
    public required bool IsNonResident { get; init; }
    public required byte NameLength { get; init; }
    public required ushort NameOffset { get; init; }
    public required AttributeFlags Flags { get; init; }
    public required ushort Instance { get; init; }

    /// <summary>Reads the head of the attribute with which the rest of a record begins.</summary>
    /// <exception cref="DamagedMediumException">The attribute does not fit into the record.</exception>
    public static AttributeHeader Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= LengthMin, Structure, "it is cut off by the end of the record");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(source[0x04..]);
        Medium.Holds(
            length >= LengthMin && length % 8 == 0 && length <= (uint)source.Length,
            Structure,
            "its length does not fit into the record");

        var header = new AttributeHeader
        {
            Type = (AttributeType)BinaryPrimitives.ReadUInt32LittleEndian(source),
            Length = (int)length,
            IsNonResident = source[0x08] != 0,
            NameLength = source[0x09],
            NameOffset = BinaryPrimitives.ReadUInt16LittleEndian(source[0x0A..]),
            Flags = (AttributeFlags)BinaryPrimitives.ReadUInt16LittleEndian(source[0x0C..]),
            Instance = BinaryPrimitives.ReadUInt16LittleEndian(source[0x0E..]),
        };

        Medium.Holds(
            header.NameLength == 0 || header.NameOffset + (header.NameLength * 2) <= header.Length,
            Structure,
            "its name lies outside");
        Medium.Holds(
            !header.IsNonResident || header.Length >= NonResidentHeader.LengthMin, Structure, "it is too short");
        return header;
    }
}
