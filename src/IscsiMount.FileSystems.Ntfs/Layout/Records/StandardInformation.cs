using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

/// <summary>The attribute bits of a file in the sense of Windows that this engine looks at.</summary>
[Flags]
internal enum DosAttributes : uint
{
    None = 0,
    Hidden = 0x0002,
    System = 0x0004,
    Directory = 0x0010,
    Archive = 0x0020,
    ReparsePoint = 0x0400,
    Offline = 0x1000,
    RecallOnDataAccess = 0x0040_0000,

    /// <summary>Marks a directory in $FILE_NAME; it is no attribute of Windows.</summary>
    HasFileNameIndex = 0x1000_0000,

    /// <summary>Marks a view index in $FILE_NAME; it is no attribute of Windows.</summary>
    HasViewIndex = 0x2000_0000,
}

// $STANDARD_INFORMATION
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+-------------------------------+
//   00  | CreatedAt                     | ModifiedAt                    |
//       +-------------------------------+-------------------------------+
//   10  | ChangedAt                     | AccessedAt                    |
//       +---------------+---------------+---------------+---------------+
//   20  | Attributes    | versions max  | version flags | class         |
//       +---------------+---------------+---------------+---------------+
//   30  | owner         | SecurityId    | quota                         |  from NTFS 3.0 on
//       +---------------+---------------+-------------------------------+
//   40  | update sequence number        |
//       +-------------------------------+

/// <summary>The true times and attribute bits of a file. A time counts 100 ns since 1601-01-01 UTC.</summary>
internal readonly record struct StandardInformation
{
    private const int LengthMin = 0x30;
    private const int LengthWithSecurity = 0x48;

    public required long CreatedAt { get; init; }
    public required long ModifiedAt { get; init; }
    public required long ChangedAt { get; init; }
    public required long AccessedAt { get; init; }
    public required DosAttributes Attributes { get; init; }

    /// <summary>The key of the security descriptor in $Secure; 0 where the file has none there.</summary>
    public required uint SecurityId { get; init; }

    public static StandardInformation Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= LengthMin, "$STANDARD_INFORMATION", "it is too short");

        return new StandardInformation
        {
            CreatedAt = BinaryPrimitives.ReadInt64LittleEndian(source),
            ModifiedAt = BinaryPrimitives.ReadInt64LittleEndian(source[0x08..]),
            ChangedAt = BinaryPrimitives.ReadInt64LittleEndian(source[0x10..]),
            AccessedAt = BinaryPrimitives.ReadInt64LittleEndian(source[0x18..]),
            Attributes = (DosAttributes)BinaryPrimitives.ReadUInt32LittleEndian(source[0x20..]),
            SecurityId = source.Length >= LengthWithSecurity
                ? BinaryPrimitives.ReadUInt32LittleEndian(source[0x34..])
                : 0,
        };
    }

    /// <summary>The bytes of a new attribute, in the long form.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[LengthWithSecurity];
        Write(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x34), SecurityId);
        return bytes;
    }

    /// <summary>Writes times and attribute bits into an attribute, and leaves the rest of it.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, CreatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(destination[0x08..], ModifiedAt);
        BinaryPrimitives.WriteInt64LittleEndian(destination[0x10..], ChangedAt);
        BinaryPrimitives.WriteInt64LittleEndian(destination[0x18..], AccessedAt);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[0x20..], (uint)Attributes);
    }
}
