using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>How far the kernel reads ahead on one mount. It decides how fast a file is read once.</summary>
internal static class KernelReadAhead
{
    public static void Raise(MountEntry mount, int readAheadKib, ILogger logger)
    {
        if (readAheadKib == 0)
        {
            return;
        }

        string path = $"/sys/class/bdi/{mount.Device}/read_ahead_kb";
        try
        {
            File.WriteAllText(path, readAheadKib.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Only root may, and not in every container. The mount is slower without it and works.
            logger.ReadAheadKept(mount.MountPoint, failure.Message);
        }
    }
}
