namespace IscsiMount.Bench;

/// <summary>In which order blocks are moved, and in which direction.</summary>
public enum AccessPattern
{
    SequentialRead,
    SequentialWrite,
    RandomRead,
    RandomWrite,
}

/// <summary>What a measurement does to a device.</summary>
public sealed record WorkloadPlan
{
    public required AccessPattern Pattern { get; init; }

    /// <summary>Bytes that each operation moves: a multiple of the block length of the device.</summary>
    public required int OperationLength { get; init; }

    /// <summary>Operations that are under way at once on each path.</summary>
    public required int Depth { get; init; }

    /// <summary>How long is measured.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// How long the same load runs before that and is not counted, until code is compiled and buffers are in use.
    /// </summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>Bytes from the start of the device that are used: at least one operation's.</summary>
    public required long SizeBytes { get; init; }

    public bool IsWrite => Pattern is AccessPattern.SequentialWrite or AccessPattern.RandomWrite;

    public bool IsRandom => Pattern is AccessPattern.RandomRead or AccessPattern.RandomWrite;
}
