using System.Buffers.Binary;
using System.Text;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Content;

// Entry of $AttrDef, 160 bytes
//
//   00 128  name in UTF-16            8C  4  flags: 02 indexed, 40 resident, 80 may be non-resident
//   80   4  type                      90  8  shortest value
//   84   8  0                         98  8  longest value, -1 = any

/// <summary>The content of $AttrDef: the types of attributes of NTFS 3.1.</summary>
internal static class AttributeDefinitions
{
    public const int Size = 16 * EntrySize;

    private const int EntrySize = 160;
    private const uint Indexed = 0x02;
    private const uint Resident = 0x40;
    private const uint NonResident = 0x80;
    private const long Any = -1;

    private static readonly (string Name, uint Type, uint Flags, long Min, long Max)[] Entries =
    [
        ("$STANDARD_INFORMATION", 0x10, Resident, 0x30, 0x48),
        ("$ATTRIBUTE_LIST", 0x20, NonResident, 0, Any),
        ("$FILE_NAME", 0x30, Resident | Indexed, 0x44, 0x242),
        ("$OBJECT_ID", 0x40, Resident, 0, 0x100),
        ("$SECURITY_DESCRIPTOR", 0x50, NonResident, 0, Any),
        ("$VOLUME_NAME", 0x60, Resident, 2, 0x100),
        ("$VOLUME_INFORMATION", 0x70, Resident, 0x0C, 0x0C),
        ("$DATA", 0x80, 0, 0, Any),
        ("$INDEX_ROOT", 0x90, Resident, 0, Any),
        ("$INDEX_ALLOCATION", 0xA0, NonResident, 0, Any),
        ("$BITMAP", 0xB0, NonResident, 0, Any),
        ("$REPARSE_POINT", 0xC0, NonResident, 0, 0x4000),
        ("$EA_INFORMATION", 0xD0, Resident, 8, 8),
        ("$EA", 0xE0, 0, 0, 0x1_0000),
        ("$LOGGED_UTILITY_STREAM", 0x100, NonResident, 0, 0x1_0000),
    ];

    /// <summary>All entries, and one of zeroes behind them.</summary>
    public static byte[] Bytes()
    {
        byte[] content = new byte[Size];
        for (int i = 0; i < Entries.Length; i++)
        {
            Span<byte> entry = content.AsSpan(i * EntrySize, EntrySize);
            Encoding.Unicode.GetBytes(Entries[i].Name, entry);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[0x80..], Entries[i].Type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[0x8C..], Entries[i].Flags);
            BinaryPrimitives.WriteInt64LittleEndian(entry[0x90..], Entries[i].Min);
            BinaryPrimitives.WriteInt64LittleEndian(entry[0x98..], Entries[i].Max);
        }

        return content;
    }
}
