using IscsiMount.FileSystems;

namespace IscsiMount.Mounting.Fuse;

/// <summary>Turns an answer into a Linux error number. Nothing else in the program knows these numbers.</summary>
internal static class Errno
{
    public const int NoEntry = 2;           // ENOENT
    public const int Interrupted = 4;       // EINTR
    public const int InputOutput = 5;       // EIO
    public const int NoAddress = 6;         // ENXIO: no data, or no hole, from here to the end
    public const int TooBig = 7;            // E2BIG: an extended attribute of more than 64 KiB
    public const int TryAgain = 11;         // EAGAIN
    public const int AccessDenied = 13;     // EACCES
    public const int Busy = 16;             // EBUSY
    public const int InvalidArgument = 22;  // EINVAL
    public const int TooSmall = 34;         // ERANGE: the caller's buffer
    public const int NotImplemented = 38;   // ENOSYS: the kernel never asks again
    public const int NoData = 61;           // ENODATA: no such extended attribute
    public const int NotSupported = 95;     // EOPNOTSUPP
    public const int Aborted = 103;         // ECONNABORTED: somebody ended the connection to the kernel
    public const int NotConnected = 107;    // ENOTCONN: the daemon of a mount is gone

    public static int From(FsStatus status) => status switch
    {
        FsStatus.Ok => 0,
        FsStatus.NotFound => NoEntry,
        FsStatus.AccessDenied => AccessDenied,
        FsStatus.EncryptedContent => AccessDenied,
        FsStatus.AlreadyExists => 17,       // EEXIST
        FsStatus.NotADirectory => 20,       // ENOTDIR
        FsStatus.IsADirectory => 21,        // EISDIR
        FsStatus.InvalidName => InvalidArgument,
        FsStatus.InvalidArgument => InvalidArgument,
        FsStatus.NoSpace => 28,             // ENOSPC
        FsStatus.ReadOnlyVolume => 30,      // EROFS
        FsStatus.NameTooLong => 36,         // ENAMETOOLONG
        FsStatus.DirectoryNotEmpty => 39,   // ENOTEMPTY
        FsStatus.NoSuchAttribute => NoData,
        FsStatus.NotSupported => NotSupported,
        FsStatus.UnsupportedCompression => NotSupported,
        FsStatus.StaleReference => 116,     // ESTALE
        FsStatus.DamagedFile => 117,        // EUCLEAN
    };
}
