using IscsiMount.FileSystems.Ntfs.Layout.Volume;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>In which state a log was left.</summary>
internal enum LogFileState
{
    /// <summary>Nothing waits to be replayed.</summary>
    Clean,

    /// <summary>All FF: it was emptied, and Windows makes a new one.</summary>
    Emptied,

    /// <summary>Changes wait to be replayed: Windows stopped without dismounting the volume.</summary>
    Unclean,

    /// <summary>The version of Windows 8 and later while it has the volume, or after a fast shutdown.</summary>
    InUse,

    /// <summary>Damaged, or of a version that nobody knows.</summary>
    Unknown,
}

/// <summary>Judges a log by its restart pages.</summary>
internal static class LogFileCheck
{
    /// <summary>How much of the beginning of $LogFile is looked at.</summary>
    public const int HeadSize = 2 * PageSizeMax;

    private const int PageSizeMin = 512;
    private const int PageSizeMax = 64 * 1024;
    private const int PageSizeUsual = 4096;

    /// <param name="head">The beginning of $LogFile; fix-ups are undone in it.</param>
    public static LogFileState Judge(Span<byte> head)
    {
        int looked = Math.Min(head.Length, 2 * PageSizeUsual);
        if (looked > 0 && !head[..looked].ContainsAnyExcept((byte)0xFF))
        {
            return LogFileState.Emptied;
        }

        RestartPage? first = TryReadAt(head, 0, PageSizeOf(head));
        int pageSize = first?.SystemPageSize ?? PageSizeUsual;
        RestartPage? second = TryReadAt(head, pageSize, pageSize);
        RestartPage? newest = first is null || second?.CurrentLsn > first.Value.CurrentLsn ? second : first;
        return newest switch
        {
            null => LogFileState.Unknown,
            { MajorVersion: 2 } => LogFileState.InUse,
            { MajorVersion: 1, IsClean: true } => LogFileState.Clean,
            { MajorVersion: 1 } => LogFileState.Unclean,
            _ => LogFileState.Unknown,
        };
    }

    /// <summary>The size that the first page claims to have: its fix-ups cover that much.</summary>
    private static int PageSizeOf(ReadOnlySpan<byte> head) =>
        head.Length < PageSizeMin ? 0 : System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(head[0x10..]);

    private static RestartPage? TryReadAt(Span<byte> head, int offset, int size)
    {
        bool isPage = size is >= PageSizeMin and <= PageSizeMax && size % PageSizeMin == 0;
        bool fits = isPage && offset <= head.Length - size;
        return fits ? RestartPage.TryRead(head.Slice(offset, size)) : null;
    }
}
