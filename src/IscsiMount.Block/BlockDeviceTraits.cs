namespace IscsiMount.Block;

/// <summary>What a caller should know of a device to use it well. None of it changes what a call means.</summary>
public sealed record BlockDeviceTraits
{
    public bool IsReadOnly { get; init; }

    /// <summary>Whether a completed write may still be lost with the power of the device, until a flush.</summary>
    public bool HasVolatileCache { get; init; } = true;

    /// <summary>Bytes of one transfer beyond which splitting costs nothing: a multiple of the block length.</summary>
    public int TransferSizeOptimal { get; init; } = 256 * 1024;

    /// <summary>Transfers that are worth having under way at once, 1 to 4096.</summary>
    public int TransfersInFlightMax { get; init; } = 32;
}
