using IscsiMount.FileSystems.Ntfs.Indexes;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

// Special files as Interix and ntfs-3g store them: in the content of a file with the system bit
//
//         0   1   2   3   4   5   6   7
//       +-------------------------------+
//   00  | "IntxLNK" 01                  |  then the target in UTF-16
//       +-------------------------------+-------------------------------+-------------------------------+
//   00  | "IntxCHR" 00 or "IntxBLK" 00  | major                         | minor                         |
//       +-------------------------------+-------------------------------+-------------------------------+
//
//   A file of 0 bytes is a FIFO and one of 1 byte a socket, unless it has the hidden bit too.

/// <summary>Tells special files of POSIX systems by their content.</summary>
internal static class InterixFile
{
    public const int MagicLength = 8;
    public const int DeviceLength = 24;

    /// <summary>A link holds at most the longest path of Linux.</summary>
    public const int LengthMax = MagicLength + (4096 * 2);

    private static ReadOnlySpan<byte> LinkMagic => "IntxLNK\x01"u8;

    private static ReadOnlySpan<byte> CharacterDeviceMagic => "IntxCHR\0"u8;

    private static ReadOnlySpan<byte> BlockDeviceMagic => "IntxBLK\0"u8;

    /// <summary>The kind of a file with the system bit.</summary>
    /// <param name="sizeBytes">The size of its main stream.</param>
    /// <param name="head">The first bytes of the stream, as many of <see cref="MagicLength"/> as there are.</param>
    /// <param name="isHidden">Whether it has the hidden bit.</param>
    public static FileKind KindOf(long sizeBytes, ReadOnlySpan<byte> head, bool isHidden)
    {
        if (sizeBytes <= 1)
        {
            FileKind kind = sizeBytes == 0 ? FileKind.Fifo : FileKind.Socket;
            return isHidden ? FileKind.File : kind;
        }

        if (sizeBytes is > MagicLength and <= LengthMax && head.SequenceEqual(LinkMagic))
        {
            return FileKind.SymbolicLink;
        }

        if (sizeBytes != DeviceLength)
        {
            return FileKind.File;
        }

        bool isBlockDevice = head.SequenceEqual(BlockDeviceMagic);
        return isBlockDevice ? FileKind.BlockDevice
            : head.SequenceEqual(CharacterDeviceMagic) ? FileKind.CharacterDevice : FileKind.File;
    }

    /// <summary>The target of a link, from its whole content.</summary>
    public static string TargetOf(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> units = content[MagicLength..];
        return NameUnits.ToString(units[..(units.Length / 2 * 2)]);
    }
}
