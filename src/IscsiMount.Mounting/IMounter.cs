using IscsiMount.FileSystems;

namespace IscsiMount.Mounting;

/// <summary>Puts file systems where programs can see them, by one kernel API.</summary>
public interface IMounter
{
    /// <summary>The mount is visible to every program when the task ends.</summary>
    /// <remarks>The file system stays the caller's; it outlives the mount.</remarks>
    /// <exception cref="MountException">It could not be mounted, and nothing is left behind.</exception>
    ValueTask<IMount> MountAsync(MountRequest request, IFileSystem fileSystem, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what a process that died left at a mount point. A mount point that works, and one that is not ours, is
    /// left alone.
    /// </summary>
    /// <returns>Whether there was something to remove.</returns>
    ValueTask<bool> RemoveStaleAsync(string mountPoint, CancellationToken cancellationToken);
}

/// <summary>A file system that programs can see.</summary>
public interface IMount : IAsyncDisposable
{
    MountRequest Request { get; }

    /// <summary>Ends when the mount is gone, whoever took it away. It never faults.</summary>
    Task<EndReason> Ended { get; }

    /// <summary>
    /// Takes the mount away. When the task ends with <see cref="UnmountStatus.Done"/>, no call into the file system is
    /// under way or will come.
    /// </summary>
    ValueTask<UnmountStatus> UnmountAsync(UnmountMode mode, CancellationToken cancellationToken);
}

/// <summary>Why a mount ended.</summary>
public enum EndReason
{
    /// <summary>We were asked to.</summary>
    Unmounted,

    /// <summary>Somebody used the system's own means (<c>umount</c>, Explorer's eject).</summary>
    UnmountedBySystem,

    /// <summary>The kernel's side failed.</summary>
    Failed,
}

/// <summary>How far an unmount goes.</summary>
public enum UnmountMode
{
    /// <summary>Open files keep the mount, and the answer is <see cref="UnmountStatus.Busy"/>.</summary>
    Orderly,

    /// <summary>Open files are cut off.</summary>
    Forced,
}

/// <summary>What came of an unmount.</summary>
public enum UnmountStatus
{
    Done,
    Busy,
}
