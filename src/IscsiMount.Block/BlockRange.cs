namespace IscsiMount.Block;

/// <summary>A run of blocks. Both numbers count blocks, never bytes.</summary>
public readonly record struct BlockRange(ulong First, uint Count);
