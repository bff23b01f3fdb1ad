using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;

namespace IscsiMount.FileSystems.Ntfs.Layout.Volume;

// Restart page of $LogFile, at 0 and at SystemPageSize; fix-ups as in other multi-sector structures
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +---------------+-------+-------+-------------------------------+
//   00  | RSTR or CHKD  | fix-ups       |                               |
//       +---------------+---------------+-------+-------+-------+-------+
//   10  | SystemPageSize| LogPageSize   |Restart| Minor | Major |       |
//       +---------------+---------------+-------+-------+-------+-------+
//
// Restart area, at the offset Restart
//
//       +-------------------------------+-------+-------+-------+-------+
//   00  | CurrentLsn                    |Clients| free  | InUse | Flags |
//       +-------------------------------+-------+-------+-------+-------+

/// <summary>What the head of the log says of how the volume was left.</summary>
internal readonly record struct RestartPage
{
    /// <summary>The end of a list of clients.</summary>
    public const ushort NoClient = 0xFFFF;

    private const ushort CleanFlag = 2;
    private const int HeaderLength = 0x1E;
    private const int AreaLength = 0x10;

    private static ReadOnlySpan<byte> Magic => "RSTR"u8;

    private static ReadOnlySpan<byte> MagicAfterCheck => "CHKD"u8;

    public required int SystemPageSize { get; init; }
    public required ushort MajorVersion { get; init; }
    public required ushort MinorVersion { get; init; }
    public required ulong CurrentLsn { get; init; }
    public required ushort ClientsInUse { get; init; }
    public required ushort Flags { get; init; }

    /// <summary>Whether nothing in the log waits to be replayed.</summary>
    public bool IsClean => (Flags & CleanFlag) != 0 || ClientsInUse == NoClient;

    /// <summary>Reads a page; its fix-ups are undone in place. Null means that it is no sound restart page.</summary>
    public static RestartPage? TryRead(Span<byte> page)
    {
        if (!(page.StartsWith(Magic) || page.StartsWith(MagicAfterCheck)) || !UpdateSequence.TryUndo(page))
        {
            return null;
        }

        int area = BinaryPrimitives.ReadUInt16LittleEndian(page[0x18..]);
        if (area < HeaderLength || area > page.Length - AreaLength)
        {
            return null;
        }

        return new RestartPage
        {
            SystemPageSize = BinaryPrimitives.ReadInt32LittleEndian(page[0x10..]),
            MinorVersion = BinaryPrimitives.ReadUInt16LittleEndian(page[0x1A..]),
            MajorVersion = BinaryPrimitives.ReadUInt16LittleEndian(page[0x1C..]),
            CurrentLsn = BinaryPrimitives.ReadUInt64LittleEndian(page[area..]),
            ClientsInUse = BinaryPrimitives.ReadUInt16LittleEndian(page[(area + 0x0C)..]),
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(page[(area + 0x0E)..]),
        };
    }
}
