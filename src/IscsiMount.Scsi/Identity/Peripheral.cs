namespace IscsiMount.Scsi.Identity;

/// <summary>Whether there is a device behind a logical unit number.</summary>
public enum PeripheralQualifier : byte
{
    Connected = 0,

    /// <summary>Something of this type could be there, and is not.</summary>
    NotConnected = 1,
    Reserved = 2,

    /// <summary>Nothing can be there.</summary>
    NotSupported = 3,
}

/// <summary>The kinds of devices that are met behind iSCSI.</summary>
public enum DeviceType : byte
{
    Disk = 0x00,
    Tape = 0x01,
    Processor = 0x03,
    WriteOnce = 0x04,
    Optical = 0x05,
    OpticalMemory = 0x07,
    MediumChanger = 0x08,
    ArrayController = 0x0C,
    Enclosure = 0x0D,
    SimplifiedDisk = 0x0E,
    ObjectStore = 0x11,
    ZonedDisk = 0x14,
    WellKnownUnit = 0x1E,
    Unknown = 0x1F,
}

/// <summary>The first byte of all INQUIRY data.</summary>
public readonly record struct Peripheral(PeripheralQualifier Qualifier, DeviceType Type)
{
    /// <summary>What a target answers for a number that is no unit of it.</summary>
    public static readonly Peripheral Absent = new(PeripheralQualifier.NotSupported, DeviceType.Unknown);

    public static Peripheral Read(byte source)
    {
        return new((PeripheralQualifier)(source >> 5), (DeviceType)(source & 0x1F));
    }

    public byte ToByte() => (byte)(((byte)Qualifier << 5) | (byte)Type);
}
