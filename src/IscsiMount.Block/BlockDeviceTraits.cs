namespace IscsiMount.Block;

/// <summary>What a caller should know of a device to use it well. None of it changes what a call means.</summary>
public sealed record BlockDeviceTraits
{
    public bool IsReadOnly { get; init; }

    /// <summary>Whether a completed write may still be lost with the power of the device, until a flush.</summary>
    public bool HasVolatileCache { get; init; } = true;

    /// <summary>Whether blocks can be without space and lose theirs by <see cref="IBlockDevice.ClearAsync"/>.</summary>
    public bool CanFreeSpace { get; init; }

    /// <summary>Bytes of the smallest piece of space that can be freed. Smaller ones are only zeroed.</summary>
    public int SpaceGranularity { get; init; } = 4096;

    /// <summary>Bytes of one transfer beyond which splitting costs nothing: a multiple of the block length.</summary>
    public int TransferSizeOptimal { get; init; } = 256 * 1024;

    /// <summary>Transfers that are worth having under way at once, 1 to 4096.</summary>
    public int TransfersInFlightMax { get; init; } = 32;
}
