using IscsiMount.Control;
using IscsiMount.FileSystems;
using IscsiMount.Mounting;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Volumes;

/// <summary>Brings volumes to where programs see them, and takes them away again.</summary>
/// <remarks>Whoever calls is inside the gate of the target.</remarks>
internal sealed class VolumeMounter(
    IMounter mounter, MountPlaces places, MountJournal journal, MountOwner owner, TimeProvider time, ILogger logger)
{
    /// <summary>Mounts a volume that is not mounted.</summary>
    /// <param name="volume">A volume whose content is known and sound.</param>
    /// <param name="mountPoint">An absolute path, or null: then one is chosen.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="ControlException">It could not be mounted, and nothing is left behind.</exception>
    public async Task<MountedVolume> MountAsync(
        HeldVolume volume, string? mountPoint, CancellationToken cancellationToken)
    {
        Invariant.Holds(volume.Mounted is null);
        IFileSystem fileSystem = await OpenAsync(volume, cancellationToken);

        // A device completes on the thread that receives for its connection, and to mount blocks.
        await Task.Yield();
        try
        {
            IMount mount = mountPoint is null
                ? await MountSomewhereAsync(volume, fileSystem, cancellationToken)
                : await MountAtAsync(volume, fileSystem, mountPoint, cancellationToken);
            volume.Mounted = new MountedVolume(fileSystem, mount, time.GetUtcNow());
            logger.VolumeMounted(volume.Id.ToString(), volume.Target, mount.Request.MountPoint);
            return volume.Mounted;
        }
        catch (MountException failure)
        {
            await fileSystem.DisposeAsync();
            throw FaultProblems.Of(failure, $"Volume {volume.Id} cannot be mounted.");
        }
        catch
        {
            await fileSystem.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes the mount of a volume away, if there is one.</summary>
    /// <exception cref="ControlException">Files are open, and it was not forced.</exception>
    public async Task UnmountAsync(HeldVolume volume, UnmountMode mode, CancellationToken cancellationToken)
    {
        if (volume.Mounted is not { } mounted)
        {
            return;
        }

        if (await mounted.Mount.UnmountAsync(mode, cancellationToken) == UnmountStatus.Busy)
        {
            throw new ControlException(
                Problem.Of(
                    ErrorCode.VolumeBusy,
                    $"{mounted.MountPoint} cannot be unmounted.",
                    "Programs have files open there, or stand in one of its directories.",
                    $"'fuser -vm {mounted.MountPoint}' shows which; --force cuts them off."));
        }

        await ForgetAsync(volume, mounted);
    }

    /// <summary>Tidies up after a mount that is gone, whoever took it away.</summary>
    public async Task ForgetAsync(HeldVolume volume, MountedVolume mounted)
    {
        volume.Mounted = null;
        await mounted.Mount.DisposeAsync();
        await mounted.FileSystem.DisposeAsync();
        journal.Remove(mounted.MountPoint);
        places.Tidy();
        logger.VolumeUnmounted(volume.Id.ToString(), volume.Target, mounted.MountPoint);
    }

    private static async Task<IFileSystem> OpenAsync(HeldVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Format is not { } format || volume.Found is not { } found)
        {
            throw new ControlException(
                ErrorCode.UnknownFileSystem,
                $"Volume {volume.Id} cannot be mounted.",
                "Its content is unknown: it has no file system, or one that this version does not read.",
                "Nothing was touched. This version reads NTFS.");
        }

        string what = $"Volume {volume.Id} cannot be mounted.";
        if (found.Damage is { } damage)
        {
            throw new ControlException(DamageProblem(volume, damage));
        }

        try
        {
            return await format.OpenReadOnlyAsync(volume.Device, cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(fault, what);
        }
    }

    /// <summary>Why a damaged volume is not mounted.</summary>
    public static Problem DamageProblem(HeldVolume volume, string damage) => Problem.Of(
        ErrorCode.VolumeDamaged,
        $"Volume {volume.Id} is damaged and was not mounted.",
        damage,
        "Nothing was written. Have it checked by the system that wrote it; if an image was cut off, restore it.");

    private async Task<IMount> MountSomewhereAsync(
        HeldVolume volume, IFileSystem fileSystem, CancellationToken cancellationToken)
    {
        places.Prepare();
        MountException? last = null;
        foreach (string place in places.For(volume))
        {
            try
            {
                return await MountAtAsync(volume, fileSystem, place, cancellationToken);
            }
            catch (MountException taken) when (taken.Failure == MountFailure.MountPointInUse)
            {
                last = taken;
            }
        }

        throw last!;
    }

    private async Task<IMount> MountAtAsync(
        HeldVolume volume, IFileSystem fileSystem, string mountPoint, CancellationToken cancellationToken)
    {
        var request = new MountRequest
        {
            MountPoint = mountPoint,
            Source = $"iscsimount#{volume.Target}/{volume.Id.Lun}/{volume.Id.Partition}",
            UserId = owner.UserId,
            GroupId = owner.GroupId,
        };

        // ORDER: the journal knows of a mount before the kernel does, so that a crash in between is found.
        bool isMade = !Directory.Exists(mountPoint);
        journal.Add(new MountJournalEntry(mountPoint, isMade));
        try
        {
            return await mounter.MountAsync(request, fileSystem, cancellationToken);
        }
        catch
        {
            journal.Remove(mountPoint);
            places.Tidy();
            throw;
        }
    }
}
