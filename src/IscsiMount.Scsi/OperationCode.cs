namespace IscsiMount.Scsi;

/// <summary>The first byte of a command descriptor block.</summary>
public enum OperationCode : byte
{
    TestUnitReady = 0x00,
    RequestSense = 0x03,
    Read6 = 0x08,
    Write6 = 0x0A,
    Inquiry = 0x12,
    ModeSelect6 = 0x15,
    Reserve6 = 0x16,
    Release6 = 0x17,
    ModeSense6 = 0x1A,
    StartStopUnit = 0x1B,
    PreventAllowMediumRemoval = 0x1E,
    ReadCapacity10 = 0x25,
    Read10 = 0x28,
    Write10 = 0x2A,
    WriteAndVerify10 = 0x2E,
    Verify10 = 0x2F,
    PreFetch10 = 0x34,
    SynchronizeCache10 = 0x35,
    ReadDefectData10 = 0x37,
    WriteSame10 = 0x41,
    Unmap = 0x42,
    Sanitize = 0x48,
    LogSense = 0x4D,
    ModeSelect10 = 0x55,
    ModeSense10 = 0x5A,
    PersistentReserveIn = 0x5E,
    PersistentReserveOut = 0x5F,

    /// <summary>32-byte commands, told apart by the service action in bytes 8 and 9.</summary>
    VariableLength = 0x7F,
    ExtendedCopy = 0x83,
    ReceiveCopyResults = 0x84,
    Read16 = 0x88,
    CompareAndWrite = 0x89,
    Write16 = 0x8A,
    OrWrite16 = 0x8B,
    WriteAndVerify16 = 0x8E,
    Verify16 = 0x8F,
    PreFetch16 = 0x90,
    SynchronizeCache16 = 0x91,
    WriteSame16 = 0x93,
    WriteAtomic16 = 0x9C,

    /// <summary>See <see cref="ServiceAction"/>: READ CAPACITY (16), GET LBA STATUS.</summary>
    ServiceActionIn16 = 0x9E,
    ReportLuns = 0xA0,

    /// <summary>See <see cref="ServiceAction"/>: REPORT SUPPORTED OPERATION CODES and others.</summary>
    MaintenanceIn = 0xA3,
    MaintenanceOut = 0xA4,
    Read12 = 0xA8,
    Write12 = 0xAA,
    WriteAndVerify12 = 0xAE,
    Verify12 = 0xAF,
    ReadDefectData12 = 0xB7,
}

/// <summary>The low five bits of the second byte, where an operation code stands for several commands.</summary>
public static class ServiceAction
{
    public const byte Mask = 0x1F;

    /// <summary>Of <see cref="OperationCode.ReceiveCopyResults"/>.</summary>
    public const byte CopyOperatingParameters = 0x03;

    /// <summary>Of <see cref="OperationCode.ServiceActionIn16"/>.</summary>
    public const byte ReadCapacity16 = 0x10;

    /// <summary>Of <see cref="OperationCode.ServiceActionIn16"/>.</summary>
    public const byte GetLbaStatus = 0x12;

    /// <summary>Of <see cref="OperationCode.MaintenanceIn"/>; also SET, of MAINTENANCE OUT.</summary>
    public const byte TargetPortGroups = 0x0A;

    /// <summary>Of <see cref="OperationCode.MaintenanceIn"/>.</summary>
    public const byte ReportSupportedOperationCodes = 0x0C;

    /// <summary>Of <see cref="OperationCode.MaintenanceIn"/>.</summary>
    public const byte ReportSupportedTaskManagementFunctions = 0x0D;
}
