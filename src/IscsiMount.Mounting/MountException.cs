namespace IscsiMount.Mounting;

/// <summary>Why there is no mount.</summary>
public enum MountFailure
{
    /// <summary>The mount point is not there, and its parent does not take it.</summary>
    MountPointMissing,

    /// <summary>Something else is mounted there, or the directory holds files.</summary>
    MountPointInUse,

    /// <summary>The path is not one that can be mounted on.</summary>
    MountPointInvalid,

    /// <summary>The system's part (FUSE, Dokan) is not installed or not usable.</summary>
    DriverMissing,

    AccessDenied,

    /// <summary>Anything else; the message has the system's own words.</summary>
    Refused,
}

/// <summary>A mount could not be made. Nothing is left behind.</summary>
public sealed class MountException(MountFailure failure, string message, Exception? cause = null)
    : IOException(message, cause)
{
    public MountFailure Failure { get; } = failure;
}
