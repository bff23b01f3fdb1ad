namespace IscsiMount.FileSystems.Ntfs;

/// <summary>What writing to a volume needs beside the device.</summary>
public sealed record WriteSupport
{
    /// <summary>Remembers that this machine has the volume open. Without it a crash could not be made good.</summary>
    public required IMountMemory Memory { get; init; }

    /// <summary>Gives the times of files, and wakes the writer of groups.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Draws the identity of a mount.</summary>
    public required Random Random { get; init; }
}
