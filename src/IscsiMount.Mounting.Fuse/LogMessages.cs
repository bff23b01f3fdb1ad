using IscsiMount.Mounting.Fuse.Requests;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse;

/// <summary>What the mounter says in the log: events 6000 to 6999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(6001, LogLevel.Information, "Mounted {Source} at {MountPoint}")]
    public static partial void Mounted(this ILogger logger, string source, string mountPoint);

    [LoggerMessage(6002, LogLevel.Information, "The mount at {MountPoint} has ended: {Reason}")]
    public static partial void Ended(this ILogger logger, string mountPoint, EndReason reason);

    [LoggerMessage(6003, LogLevel.Debug, "libfuse {Version} speaks FUSE {Major}.{Minor} with the kernel")]
    public static partial void Greeted(this ILogger logger, string version, uint major, uint minor);

    [LoggerMessage(6004, LogLevel.Warning, "{Kind} failed, and the program that asked gets an I/O error")]
    public static partial void RequestFaulted(this ILogger logger, Exception fault, RequestKind kind);

    [LoggerMessage(6005, LogLevel.Error, "{Kind} met a bug, and the program that asked gets an I/O error")]
    public static partial void RequestBroken(this ILogger logger, Exception bug, RequestKind kind);

    [LoggerMessage(6006, LogLevel.Error, "Giving up a request set off a failure; the request itself goes on")]
    public static partial void InterruptFailed(this ILogger logger, Exception failure);

    [LoggerMessage(6007, LogLevel.Warning,
        "A name of file {File} in directory {Directory} cannot be shown on Linux and is left out")]
    public static partial void NameHidden(this ILogger logger, ulong directory, ulong file);

    [LoggerMessage(6008, LogLevel.Debug, "The read-ahead at {MountPoint} stays as it is: {Reason}")]
    public static partial void ReadAheadKept(this ILogger logger, string mountPoint, string reason);

    [LoggerMessage(6009, LogLevel.Information, "Removed what a process that died left at {MountPoint}")]
    public static partial void StaleRemoved(this ILogger logger, string mountPoint);

    [LoggerMessage(6010, LogLevel.Error, "The connection to the kernel at {MountPoint} broke with error {Errno}")]
    public static partial void ReaderFailed(this ILogger logger, string mountPoint, int errno);

    [LoggerMessage(6011, LogLevel.Warning, "The directory {MountPoint} that was made for the mount stays: {Reason}")]
    public static partial void DirectoryKept(this ILogger logger, string mountPoint, string reason);

    [LoggerMessage(6012, LogLevel.Error, "The thread that serves {MountPoint} met a bug; the mount ends")]
    public static partial void ReaderBroken(this ILogger logger, Exception bug, string mountPoint);
}
