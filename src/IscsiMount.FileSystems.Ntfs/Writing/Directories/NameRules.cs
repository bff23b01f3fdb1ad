namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>Which names are made. Others are read where they are; Windows could not open them.</summary>
internal static class NameRules
{
    private const int LengthMax = 255;
    private const char ControlEnd = ' ';

    private static readonly System.Buffers.SearchValues<char> Forbidden =
        System.Buffers.SearchValues.Create("\"*/:<>?\\|");

    private static readonly HashSet<string> Devices = new(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. Enumerable.Range(1, 9).SelectMany(number => new[] { $"COM{number}", $"LPT{number}" }),
        ],
        StringComparer.OrdinalIgnoreCase);

    public static FsStatus Judge(ReadOnlySpan<char> name)
    {
        if (name.Length > LengthMax)
        {
            return FsStatus.NameTooLong;
        }

        if (name.IsEmpty || name[^1] is '.' or ' ' || name.ContainsAny(Forbidden)
            || name.ContainsAnyInRange('\0', (char)(ControlEnd - 1)))
        {
            return FsStatus.InvalidName;
        }

        int dot = name.IndexOf('.');
        ReadOnlySpan<char> stem = dot < 0 ? name : name[..dot];
        return Devices.GetAlternateLookup<ReadOnlySpan<char>>().Contains(stem.TrimEnd(' '))
            ? FsStatus.InvalidName
            : FsStatus.Ok;
    }
}
