using IscsiMount.Agent.Volumes;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>
/// Notices mounts that end without our doing (<c>umount</c>, a failure in the kernel), and tidies up.
/// </summary>
internal sealed class VolumeWatch(SessionTable sessions, VolumeMounter mounter)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _watching = [];

    /// <summary>Watches the mount that a volume has now, until that ends.</summary>
    public void Begin(HeldVolume volume, IscsiName target)
    {
        if (volume.Mounted is { } mounted)
        {
            Task watching = WatchAsync(volume, mounted, target);
            lock (_lock)
            {
                _watching.RemoveWhere(task => task.IsCompleted);
                _watching.Add(watching);
            }
        }
    }

    /// <summary>Ends when all the mounts that were watched have ended and are tidied up.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_watching);
        }
    }

    private async Task WatchAsync(HeldVolume volume, MountedVolume mounted, IscsiName target)
    {
        await mounted.Mount.Ended;
        using AsyncGate.Permit inside = await sessions.GateOf(target).EnterAsync(CancellationToken.None);

        // If we took it away ourselves, it is forgotten already, and the volume may have another mount by now.
        if (volume.Mounted == mounted)
        {
            await mounter.ForgetAsync(volume, mounted);
        }
    }
}
