using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Requests;

namespace IscsiMount.Agent.Sessions;

/// <summary>Finds the one volume that somebody named. Pure.</summary>
internal static class VolumeFinder
{
    /// <exception cref="ControlException">There is none, or more than one.</exception>
    public static (HeldSession Session, HeldVolume Volume) Find(
        IReadOnlyList<HeldSession> sessions, VolumeSelector selector)
    {
        (HeldSession Session, HeldVolume Volume)[] found =
        [
            .. from session in sessions
               from volume in session.Volumes
               where Matches(volume, selector)
               select (session, volume),
        ];
        return found.Length switch
        {
            1 => found[0],
            0 => throw NotFound(selector),
            _ => throw new ControlException(
                ErrorCode.SeveralVolumes,
                $"'{selector}' names {found.Length} volumes.",
                string.Join(", ", found.Select(each => each.Volume.Id)),
                "Name one by its id, as 'iscsimount volumes' shows it."),
        };
    }

    private static bool Matches(HeldVolume volume, VolumeSelector selector)
    {
        if (selector.Id is { } id)
        {
            return volume.Id.ToString() == id;
        }

        if (selector.MountPoint is { } mountPoint)
        {
            return volume.Mounted?.MountPoint == mountPoint;
        }

        return volume.Target == selector.Target
            && (selector.Lun is null || volume.Id.Lun == selector.Lun)
            && (selector.Partition is null || volume.Id.Partition == selector.Partition);
    }

    private static ControlException NotFound(VolumeSelector selector) => selector.MountPoint is { } mountPoint
        ? new(
            ErrorCode.MountNotFound,
            $"Nothing of ours is mounted at {mountPoint}.",
            hint: "'iscsimount mounts' lists what is mounted.")
        : new(
            ErrorCode.VolumeNotFound,
            $"There is no volume {selector}.",
            hint: "'iscsimount volumes' lists those of the open sessions; 'iscsimount login' opens a session.");
}
