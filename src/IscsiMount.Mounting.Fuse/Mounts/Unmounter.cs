using System.Diagnostics;
using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>Takes a mount out of the kernel's table: root by itself, others through the helper of FUSE.</summary>
internal static class Unmounter
{
    /// <summary>Unmounts unless files are open. Everything else that is mounted at the same path stays.</summary>
    public static UnmountStatus TryUnmount(MountEntry mount)
    {
        if (!MountTable.Contains(mount.MountPoint, mount.Device))
        {
            return UnmountStatus.Done;
        }

        // Another file system on top of ours would be the one to go.
        bool isCovered = MountTable.Find(mount.MountPoint)?.Device != mount.Device;
        return !isCovered && TryRemove(mount.MountPoint, isForced: false) ? UnmountStatus.Done : UnmountStatus.Busy;
    }

    /// <summary>Cuts off who uses the mount, and takes it away, so that nothing waits for us any more.</summary>
    /// <returns>Whether the kernel ended the connection. If not, the mount is as it was.</returns>
    public static bool TryForce(MountEntry mount)
    {
        bool isVisible = MountTable.Find(mount.MountPoint)?.Device == mount.Device;
        if (FuseDriver.IsRoot && isVisible && TryRemove(mount.MountPoint, isForced: true))
        {
            return true;
        }

        // The helper of users other than root detaches, and does not abort.
        bool isAborted = ConnectionControl.TryAbort(mount);
        if (isAborted && isVisible)
        {
            TryRemove(mount.MountPoint, isForced: true);
        }

        return isAborted;
    }

    /// <summary>Takes away what is mounted at a path, whoever uses it; its daemon is dead.</summary>
    public static void Detach(MountEntry mount) => TryRemove(mount.MountPoint, isForced: true);

    private static bool TryRemove(string mountPoint, bool isForced)
    {
        if (!FuseDriver.IsRoot)
        {
            return TryRemoveByHelper(mountPoint, isForced);
        }

        int flags = isForced ? LibC.UnmountForce | LibC.UnmountDetach : 0;
        if (LibC.Unmount(mountPoint, flags | LibC.UnmountNoFollow) == 0)
        {
            return true;
        }

        // Anything but "busy" says that it is not mounted any more: somebody was quicker.
        return Marshal.GetLastPInvokeError() != Errno.Busy;
    }

    private static bool TryRemoveByHelper(string mountPoint, bool isForced)
    {
        string[] arguments = isForced ? ["-u", "-q", "-z", "--", mountPoint] : ["-u", "-q", "--", mountPoint];
        using Process? helper = Process.Start(FuseDriver.FindHelper() ?? FuseDriver.Helper, arguments);
        helper!.WaitForExit();
        return helper.ExitCode == 0;
    }
}
