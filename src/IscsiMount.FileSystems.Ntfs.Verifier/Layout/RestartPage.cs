using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// Restart page of $LogFile, at 0 and at the size of a page
//
//   00  4  "RSTR"                        restart area
//   04  4  protection                    00  8  current LSN
//   18  2  offset of the restart area    0C  2  clients in use, FFFF = none
//   1A  2  minor version                 0E  2  flags, 2 = clean
//   1C  2  major version

/// <summary>What the head of the log says of its state.</summary>
internal readonly record struct RestartPage
{
    public const int Length = 4096;

    private const int AreaLength = 0x10;

    public required ulong CurrentLsn { get; init; }
    public required int Major { get; init; }
    public required int Minor { get; init; }
    public required bool HasClients { get; init; }
    public required bool IsClean { get; init; }

    /// <summary>Reads a page whose protection is off; nothing if it is none.</summary>
    public static RestartPage? Find(ReadOnlySpan<byte> page)
    {
        int area = ReadUInt16LittleEndian(page[0x18..]);
        if (!(page.StartsWith("RSTR"u8) || page.StartsWith("CHKD"u8)) || area + AreaLength > page.Length)
        {
            return null;
        }

        return new RestartPage
        {
            Minor = ReadInt16LittleEndian(page[0x1A..]),
            Major = ReadInt16LittleEndian(page[0x1C..]),
            CurrentLsn = ReadUInt64LittleEndian(page[area..]),
            HasClients = ReadUInt16LittleEndian(page[(area + 0x0C)..]) != 0xFFFF,
            IsClean = (ReadUInt16LittleEndian(page[(area + 0x0E)..]) & 2) != 0,
        };
    }
}
