namespace IscsiMount.Mounting.Fuse;

/// <summary>How mounts through FUSE behave. Immutable.</summary>
public sealed record FuseOptions
{
    /// <summary>
    /// Threads that take requests from the kernel, 1 to 16. They never wait for a device, so two are enough; more
    /// gained nothing on two processors.
    /// </summary>
    public int ReaderCount { get; init; } = 2;

    /// <summary>
    /// Read-ahead of the kernel in KiB, 0 to 65,536; 0 leaves the kernel's own (128). More hides more latency, and
    /// reads more in vain for readers that jump. Only root can set it.
    /// </summary>
    public int ReadAheadKib { get; init; } = 2048;

    /// <summary>Read-ahead requests that the kernel may have under way at once, 12 to 65,535.</summary>
    public uint BackgroundRequestsMax { get; init; } = 64;

    /// <summary>
    /// How long the kernel believes names and attributes. Nobody else changes the volume, so it may be long.
    /// </summary>
    public TimeSpan CacheTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is wrong with these options, each as a sentence. Nothing means that they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (ReaderCount is < 1 or > 16)
        {
            yield return $"ReaderCount is {ReaderCount} and must be 1 to 16.";
        }

        if (ReadAheadKib is < 0 or > 65_536)
        {
            yield return $"ReadAheadKib is {ReadAheadKib} and must be 0 to 65536 KiB.";
        }

        if (BackgroundRequestsMax is < 12 or > 65_535)
        {
            yield return $"BackgroundRequestsMax is {BackgroundRequestsMax} and must be 12 to 65535.";
        }

        if (CacheTimeout < TimeSpan.Zero)
        {
            yield return "CacheTimeout must not be less than zero.";
        }
    }
}
