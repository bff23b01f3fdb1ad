using IscsiMount.Primitives;

namespace IscsiMount.Block;

/// <summary>An image file cannot be used as a disk, or failed while it was used.</summary>
public sealed class ImageFileException(string path, string observed, Exception? cause = null)
    : StorageFaultException(FaultScope.Command, $"Image '{path}': {observed}", cause)
{
    public string Path { get; } = path;
}
