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

    public static void Abort(MountEntry mount)
    {
        if (TryAbort(mount) || !FuseDriver.IsRoot || LibC.Mount(FileSystemType, Folder, FileSystemType) != 0)
        {
            return;
        }

        TryAbort(mount);
        _ = LibC.Unmount(Folder, LibC.UnmountDetach);
    }

    private static bool TryAbort(MountEntry mount)
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
