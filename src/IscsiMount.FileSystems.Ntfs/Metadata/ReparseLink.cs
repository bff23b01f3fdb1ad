using System.Buffers.Binary;
using System.Text;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;

namespace IscsiMount.FileSystems.Ntfs.Metadata;

// Data of a symbolic link (tag A000000C) and a junction (A0000003), behind the head of the reparse point
//
//         0   1   2   3   4   5   6   7   8   9   A   B
//       +-------+-------+-------+-------+---------------+
//   00  |SubstAt|SubstLn|PrintAt|PrintLn| Flags         |  Flags in a symbolic link only: 1 = relative
//       +-------+-------+-------+-------+---------------+
//       | both names in UTF-16; the places count from here
//
// Data of a symbolic link of Linux (A000001D)
//
//       +---------------+-------------------
//   00  | version = 2   | target in UTF-8
//       +---------------+-------------------

/// <summary>Tells where the links of Windows and of its Linux subsystem point.</summary>
internal static class ReparseLink
{
    private const uint RelativeFlag = 1;
    private const int JunctionNames = 8;
    private const int SymbolicLinkNames = 12;
    private const int LinuxTarget = 4;
    private const string ObjectPrefix = @"\??\";

    /// <summary>The target of a reparse point with its head; null if it is none of these links or damaged.</summary>
    public static LinkTarget? TargetOf(ReadOnlySpan<byte> reparse)
    {
        var header = ReparseHeader.Read(reparse);
        ReadOnlySpan<byte> data = reparse[ReparseHeader.Length..];
        data = data[..Math.Min(data.Length, header.DataLength)];
        return header.Tag switch
        {
            ReparseTag.MountPoint => FromWindows(data, JunctionNames),
            ReparseTag.SymbolicLink => FromWindows(data, SymbolicLinkNames),
            ReparseTag.LinuxSymbolicLink when data.Length > LinuxTarget =>
                FromLinux(Encoding.UTF8.GetString(data[LinuxTarget..])),
            _ => null,
        };
    }

    /// <summary>A target as POSIX writes it.</summary>
    public static LinkTarget FromLinux(string path) =>
        new(path.StartsWith('/') ? LinkBase.Foreign : LinkBase.Relative, path);

    private static LinkTarget? FromWindows(ReadOnlySpan<byte> data, int namesAt)
    {
        if (data.Length < namesAt)
        {
            return null;
        }

        bool isRelative = namesAt == SymbolicLinkNames
            && (BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) & RelativeFlag) != 0;
        string? substitute = NameAt(data, 0, namesAt);
        string? print = NameAt(data, 4, namesAt);
        if (substitute is null or "")
        {
            return null;
        }

        if (!isRelative)
        {
            // The name for people has no prefix of the object manager; it may be missing.
            string shown = print is null or "" ? WithoutPrefix(substitute) : print;
            return new LinkTarget(LinkBase.Foreign, shown.Replace('\\', '/'));
        }

        string path = substitute.Replace('\\', '/');
        return path.StartsWith('/')
            ? new LinkTarget(LinkBase.VolumeRoot, path.TrimStart('/'))
            : new LinkTarget(LinkBase.Relative, path);
    }

    private static string WithoutPrefix(string name) =>
        name.StartsWith(ObjectPrefix, StringComparison.Ordinal) ? name[ObjectPrefix.Length..] : name;

    private static string? NameAt(ReadOnlySpan<byte> data, int field, int namesAt)
    {
        int offset = namesAt + BinaryPrimitives.ReadUInt16LittleEndian(data[field..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(data[(field + 2)..]);
        bool fits = length % 2 == 0 && offset + length <= data.Length;
        return fits ? NameUnits.ToString(data.Slice(offset, length)) : null;
    }
}
