using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>Finds out whether somebody still answers for a mount.</summary>
internal static class MountProbe
{
    private const int StackLength = 256 * 1024;

    /// <summary>Has the kernel ask something, so that the readers of a mount wake up.</summary>
    public static void Wake(string mountPoint, int requestCount)
    {
        for (int index = 0; index < requestCount; index++)
        {
            StartThread(() => IsDead(mountPoint));
        }
    }

    /// <summary>Whether the daemon of a mount is gone. It is asked by opening the directory.</summary>
    /// <remarks>
    /// The kernel may answer other questions from its cache. A daemon that is alive and does not answer would hold the
    /// caller for as long, so the question is asked on a thread of its own that may be left behind.
    /// </remarks>
    public static Task<bool> IsDeadAsync(string mountPoint, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        StartThread(() => answer.SetResult(IsDead(mountPoint)));
        return answer.Task.WaitAsync(cancellationToken);
    }

    private static void StartThread(Action ask)
    {
        var thread = new Thread(() => ask(), StackLength) { IsBackground = true, Name = "fuse-probe" };
        thread.Start();
    }

    private static bool IsDead(string mountPoint)
    {
        int descriptor = LibC.Open(mountPoint, LibC.OpenDirectory | LibC.OpenCloseOnExec);
        if (descriptor >= 0)
        {
            _ = LibC.Close(descriptor);
            return false;
        }

        return Marshal.GetLastPInvokeError() == Errno.NotConnected;
    }
}
