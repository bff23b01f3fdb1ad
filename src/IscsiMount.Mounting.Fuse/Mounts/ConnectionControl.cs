using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>
/// Ends a connection between the kernel and us, also that of a mount which was detached while files were open and is in
/// no table any more. Then clients get an error and readers see the end.
/// </summary>
internal static class ConnectionControl
{
    /// <summary>Where systems mount the control files of FUSE, though not all do.</summary>
    private const string Folder = "/sys/fs/fuse/connections";

    private const string FileSystemType = "fusectl";

    /// <summary>Where the control files are not there, root can mount them for a moment, and others cannot.</summary>
    public static bool TryAbort(MountEntry mount)
    {
        if (TryWrite(mount))
        {
            return true;
        }

        if (!FuseDriver.IsRoot || LibC.Mount(FileSystemType, Folder, FileSystemType) != 0)
        {
            return false;
        }

        bool isAborted = TryWrite(mount);
        _ = LibC.Unmount(Folder, LibC.UnmountDetach);
        return isAborted;
    }

    private static bool TryWrite(MountEntry mount)
    {
        try
        {
            File.WriteAllText(Path.Join(Folder, mount.ConnectionNumber, "abort"), "1");
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The connection is gone already, or there are no control files.
            return false;
        }
    }
}
