namespace IscsiMount.Block;

/// <summary>Blocks behind each other that all have space, or all have none and read as zeros.</summary>
public readonly record struct SpaceRun(ulong Count, bool HasSpace);
