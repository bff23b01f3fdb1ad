namespace IscsiMount.Scsi.Sense;

/// <summary>The additional sense code and its qualifier: what exactly happened.</summary>
public readonly record struct AdditionalSense(byte Code, byte Qualifier)
{
    public static readonly AdditionalSense None = new(0x00, 0x00);
    public static readonly AdditionalSense NotReady = new(0x04, 0x00);
    public static readonly AdditionalSense BecomingReady = new(0x04, 0x01);
    public static readonly AdditionalSense StartNeeded = new(0x04, 0x02);
    public static readonly AdditionalSense OperationInProgress = new(0x04, 0x07);
    public static readonly AdditionalSense PathInTransition = new(0x04, 0x0A);
    public static readonly AdditionalSense PathInStandby = new(0x04, 0x0B);
    public static readonly AdditionalSense PathUnavailable = new(0x04, 0x0C);
    public static readonly AdditionalSense PathOffline = new(0x04, 0x12);
    public static readonly AdditionalSense SpaceAllocationInProgress = new(0x04, 0x14);
    public static readonly AdditionalSense StartStopInProgress = new(0x04, 0x1A);
    public static readonly AdditionalSense SanitizeInProgress = new(0x04, 0x1B);
    public static readonly AdditionalSense WriteError = new(0x0C, 0x00);
    public static readonly AdditionalSense UnexpectedUnsolicitedData = new(0x0C, 0x0C);
    public static readonly AdditionalSense NotEnoughUnsolicitedData = new(0x0C, 0x0D);
    public static readonly AdditionalSense CopyDeviceNotReachable = new(0x0D, 0x02);
    public static readonly AdditionalSense UnrecoveredReadError = new(0x11, 0x00);
    public static readonly AdditionalSense ParameterListLengthError = new(0x1A, 0x00);
    public static readonly AdditionalSense MiscompareDuringVerify = new(0x1D, 0x00);
    public static readonly AdditionalSense MiscompareOfUnmapped = new(0x1D, 0x01);
    public static readonly AdditionalSense InvalidOperationCode = new(0x20, 0x00);
    public static readonly AdditionalSense BlockOutOfRange = new(0x21, 0x00);
    public static readonly AdditionalSense InvalidFieldInCdb = new(0x24, 0x00);
    public static readonly AdditionalSense LogicalUnitNotSupported = new(0x25, 0x00);
    public static readonly AdditionalSense InvalidFieldInParameterList = new(0x26, 0x00);
    public static readonly AdditionalSense InvalidRelease = new(0x26, 0x04);
    public static readonly AdditionalSense TooManyTargetDescriptors = new(0x26, 0x06);
    public static readonly AdditionalSense UnsupportedTargetDescriptor = new(0x26, 0x07);
    public static readonly AdditionalSense TooManySegmentDescriptors = new(0x26, 0x08);
    public static readonly AdditionalSense UnsupportedSegmentDescriptor = new(0x26, 0x09);
    public static readonly AdditionalSense InlineLimitExceeded = new(0x26, 0x0B);
    public static readonly AdditionalSense WriteProtected = new(0x27, 0x00);
    public static readonly AdditionalSense SoftwareWriteProtected = new(0x27, 0x02);
    public static readonly AdditionalSense SpaceAllocationFailed = new(0x27, 0x07);
    public static readonly AdditionalSense MediumMayHaveChanged = new(0x28, 0x00);
    public static readonly AdditionalSense PowerOnOrReset = new(0x29, 0x00);
    public static readonly AdditionalSense PowerOn = new(0x29, 0x01);
    public static readonly AdditionalSense DeviceReset = new(0x29, 0x03);
    public static readonly AdditionalSense NexusLoss = new(0x29, 0x07);
    public static readonly AdditionalSense ModeParametersChanged = new(0x2A, 0x01);
    public static readonly AdditionalSense ReservationsPreempted = new(0x2A, 0x03);
    public static readonly AdditionalSense ReservationsReleased = new(0x2A, 0x04);
    public static readonly AdditionalSense RegistrationsPreempted = new(0x2A, 0x05);
    public static readonly AdditionalSense CapacityChanged = new(0x2A, 0x09);
    public static readonly AdditionalSense CommandSequenceError = new(0x2C, 0x00);
    public static readonly AdditionalSense CommandsClearedByAnotherInitiator = new(0x2F, 0x00);
    public static readonly AdditionalSense SavingNotSupported = new(0x39, 0x00);
    public static readonly AdditionalSense MediumNotPresent = new(0x3A, 0x00);
    public static readonly AdditionalSense InquiryChanged = new(0x3F, 0x03);
    public static readonly AdditionalSense ReportedLunsChanged = new(0x3F, 0x0E);
    public static readonly AdditionalSense InternalTargetFailure = new(0x44, 0x00);
    public static readonly AdditionalSense ProtocolServiceCrcError = new(0x47, 0x05);
    public static readonly AdditionalSense MediumRemovalPrevented = new(0x53, 0x02);
    public static readonly AdditionalSense SystemResourceFailure = new(0x55, 0x00);
    public static readonly AdditionalSense RegistrationResourcesExhausted = new(0x55, 0x04);

    /// <summary>What it means, in plain words.</summary>
    public string Name => AdditionalSenseNames.Find(this);

    /// <summary>The words and the numbers, such as <c>the unit is becoming ready (04/01)</c>.</summary>
    public override string ToString() => $"{Name} ({Code:X2}/{Qualifier:X2})";
}
