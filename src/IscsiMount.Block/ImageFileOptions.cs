namespace IscsiMount.Block;

/// <summary>How an image file is used as a disk.</summary>
public sealed record ImageFileOptions
{
    /// <summary>Bytes in a block, a power of two, 512 to 65,536. The image does not tell it.</summary>
    public int BlockLength { get; init; } = 512;

    /// <summary>Whether the file is opened for reading only, so that nothing of ours can change it.</summary>
    public bool IsReadOnly { get; init; }
}
