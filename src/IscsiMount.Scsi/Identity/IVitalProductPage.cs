namespace IscsiMount.Scsi.Identity;

/// <summary>A page of vital product data that can be asked for by its type.</summary>
public interface IVitalProductPage<out TSelf>
{
    static abstract VitalProductPageCode PageCode { get; }

    /// <summary>Reads a page that may be cut anywhere.</summary>
    /// <exception cref="Primitives.ProtocolViolationException">The answer is not this page.</exception>
    static abstract TSelf Read(ReadOnlySpan<byte> page);
}

/// <summary>The pages of vital product data that concern disks.</summary>
public enum VitalProductPageCode : byte
{
    SupportedPages = 0x00,
    UnitSerialNumber = 0x80,
    DeviceIdentification = 0x83,
    ExtendedInquiry = 0x86,
    BlockLimits = 0xB0,
    BlockDeviceCharacteristics = 0xB1,
    LogicalBlockProvisioning = 0xB2,
}
