namespace IscsiMount.Block;

/// <summary>A run of blocks. Both numbers count blocks, never bytes.</summary>
public readonly record struct BlockRange(ulong First, uint Count)
{
    /// <summary>Whether all of it lies on a device of this many blocks.</summary>
    public bool Fits(ulong blockCount) => First <= blockCount && Count <= blockCount - First;
}
