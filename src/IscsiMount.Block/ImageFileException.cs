using IscsiMount.Primitives;

namespace IscsiMount.Block;

/// <summary>An image file cannot be used as a disk, or failed while it was used.</summary>
public sealed class ImageFileException(string path, string observed, Exception? cause = null)
    : StorageFaultException(FaultScope.Command, $"Image '{path}': {observed}", cause)
{
    private const int NoSpaceLeft = 28;                                 // ENOSPC
    private const int DiskIsFull = unchecked((int)0x8007_0070);         // ERROR_DISK_FULL of Windows

    public string Path { get; } = path;

    /// <summary>Whether there is no room for what was to be written.</summary>
    public bool IsOutOfSpace => InnerException is IOException { HResult: NoSpaceLeft or DiskIsFull };
}
