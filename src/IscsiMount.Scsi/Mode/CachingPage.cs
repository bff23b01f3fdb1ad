namespace IscsiMount.Scsi.Mode;

// Caching mode page 08h, SBC-3. Offsets are those of the page.
//
//      2 | IC | ABPF | CAP | DISC | SIZE | WCE (2) | MF | RCD (0) |
//      3 | retention priorities                                   |
//      4 | prefetch limits                                        |
//     12 | FSW | LBCSS | DRA (5) | vendor | SYNC_PROG | NV_DIS     |
//     13 | cache segments                                         |
//     20 +--------------------------------------------------------+

/// <summary>How a unit caches.</summary>
public sealed record CachingPage
{
    private const int ContentLength = 0x12;

    /// <summary>Whether a write that was reported as good can still be lost with the power.</summary>
    public bool IsWriteCacheEnabled { get; init; }

    public bool IsReadCacheDisabled { get; init; }

    public bool IsReadAheadDisabled { get; init; }

    /// <summary>The page among mode parameters, or nothing: a missing page is no failure.</summary>
    public static CachingPage? Find(ModeParameters parameters)
    {
        return parameters.Find(ModePageCode.Caching) is { Content.Count: > 0 } page ? Read(page) : null;
    }

    public static CachingPage Read(ModePage page) => new()
    {
        IsWriteCacheEnabled = (page.Content[0] & 0x04) != 0,
        IsReadCacheDisabled = (page.Content[0] & 0x01) != 0,
        IsReadAheadDisabled = page.Content.Count > 10 && (page.Content[10] & 0x20) != 0,
    };

    public ModePage ToPage()
    {
        byte[] content = new byte[ContentLength];
        content[0] = (byte)((IsWriteCacheEnabled ? 0x04 : 0) | (IsReadCacheDisabled ? 0x01 : 0));
        content[10] = (byte)(IsReadAheadDisabled ? 0x20 : 0);
        return new() { Code = ModePageCode.Caching, Content = [.. content] };
    }
}
