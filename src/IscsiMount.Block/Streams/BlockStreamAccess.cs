namespace IscsiMount.Block.Streams;

/// <summary>What a <see cref="BlockStream"/> may do.</summary>
public enum BlockStreamAccess
{
    ReadOnly,

    /// <summary>
    /// Writing too, also of parts of blocks: such a block is read, changed and written back. Nobody else may write to
    /// the same blocks meanwhile.
    /// </summary>
    ReadWrite,
}
