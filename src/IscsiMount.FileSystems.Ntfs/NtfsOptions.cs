namespace IscsiMount.FileSystems.Ntfs;

/// <summary>
/// How much memory an open volume may use, and for what. Immutable: changed options mean a new mount.
/// </summary>
public sealed record NtfsOptions
{
    private const long CacheBytesMin = 64 * 1024;
    private const int ReadAheadBytesLimit = 64 * 1024 * 1024;

    /// <summary>Whether a volume may be opened for writing at all.</summary>
    public NtfsAccess Access { get; init; } = NtfsAccess.ReadOnly;

    /// <summary>File records, in bytes, 64 KiB or more. About 1 KiB serves one file.</summary>
    public long RecordCacheBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Blocks of directories, in bytes, 64 KiB or more. 4 KiB serve some thirty names.</summary>
    public long IndexCacheBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Answers to lookups, also that a name is not there, in bytes, 64 KiB or more.</summary>
    public long LookupCacheBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// How far one stream is read ahead at most, in bytes, 0 to 64 MiB. 0 turns reading ahead off. More keeps a device
    /// with long latency busy, and is wasted when a reader stops early.
    /// </summary>
    public int ReadAheadBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>What all streams together may hold of data read ahead, in bytes.</summary>
    public long ReadAheadMemoryBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>What is wrong with these options, each as a sentence. Nothing means that they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Math.Min(RecordCacheBytesMax, Math.Min(IndexCacheBytesMax, LookupCacheBytesMax)) < CacheBytesMin)
        {
            yield return $"Each cache must have at least {CacheBytesMin} bytes.";
        }

        if (ReadAheadBytesMax is < 0 or > ReadAheadBytesLimit)
        {
            yield return $"ReadAheadBytesMax is {ReadAheadBytesMax} and must be 0 to {ReadAheadBytesLimit} bytes.";
        }

        if (ReadAheadMemoryBytesMax < 0)
        {
            yield return $"ReadAheadMemoryBytesMax is {ReadAheadMemoryBytesMax} and must not be negative.";
        }
    }
}

/// <summary>What may be done with volumes.</summary>
public enum NtfsAccess
{
    /// <summary>They are read, and nothing is ever written.</summary>
    ReadOnly,

    /// <summary>They may be opened for writing, if nothing on them stands against it.</summary>
    ReadWrite,
}
