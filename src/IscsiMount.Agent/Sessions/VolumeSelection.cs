using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Agent.Sessions;

/// <summary>Which volumes of a session a request is about. Pure.</summary>
internal static class VolumeSelection
{
    /// <exception cref="ControlException">There is no such unit or partition.</exception>
    public static IReadOnlyList<HeldVolume> Choose(HeldSession session, ulong? lun, int? partition)
    {
        IReadOnlyList<HeldUnit> units = [.. session.Units.Where(unit => lun is null || LunNumber.Of(unit.Lun) == lun)];
        if (units.Count == 0 && lun is not null)
        {
            throw new ControlException(
                ErrorCode.LunNotFound,
                $"{session.Target} has no logical unit {lun}.",
                hint: $"It has: {Numbers(session.Units.Select(unit => LunNumber.Of(unit.Lun)))}.");
        }

        if (units is [{ Device: null, Reason: { } reason }] && lun is not null)
        {
            throw new ControlException(ErrorCode.LunNotFound, $"Logical unit {lun} cannot be used.", reason);
        }

        HeldVolume[] all = [.. units.SelectMany(unit => unit.Volumes)];
        HeldVolume[] chosen = [.. all.Where(volume => partition is null || volume.Id.Partition == partition)];
        return chosen.Length > 0 || partition is null ? chosen : throw new ControlException(
            ErrorCode.VolumeNotFound,
            $"There is no partition {partition}.",
            hint: $"There are: {Numbers(all.Select(volume => (ulong)volume.Id.Partition).Distinct())}.");
    }

    /// <summary>Those that can be mounted. Damage of the others is a problem; content that is unknown is not.</summary>
    public static IReadOnlyList<HeldVolume> Mountable(IReadOnlyList<HeldVolume> chosen, List<Problem> problems)
    {
        foreach (HeldVolume volume in chosen)
        {
            if (volume.Found?.Damage is { } damage)
            {
                problems.Add(VolumeMounter.DamageProblem(volume, damage).About(volume.Id.ToString()));
            }
        }

        return [.. chosen.Where(volume => volume.Found is { Damage: null })];
    }

    /// <exception cref="ControlException">The one place that was chosen cannot be that of these volumes.</exception>
    public static void CheckMountPoint(IReadOnlyList<HeldVolume> usable, string? mountPoint)
    {
        if (mountPoint is null)
        {
            return;
        }

        if (usable.Count > 1)
        {
            throw new ControlException(
                ErrorCode.SeveralVolumes,
                $"{usable.Count} volumes cannot all be mounted at {mountPoint}.",
                $"There are {string.Join(", ", usable.Select(volume => $"{volume.Id} '{volume.Found!.Label}'"))}.",
                "Choose one with --lun and --partition, or leave out --mount.");
        }

        if (usable is [{ Mounted: { } mounted } only] && mounted.MountPoint != mountPoint)
        {
            throw new ControlException(
                ErrorCode.AlreadyMountedElsewhere,
                $"Volume {only.Id} is mounted already, at {mounted.MountPoint}.",
                hint: $"Unmount it there first: iscsimount unmount {only.Id}");
        }
    }

    /// <summary>Why none of the chosen volumes can be mounted although none of them is damaged.</summary>
    public static Problem NothingToMount(HeldSession session, IReadOnlyList<HeldVolume> chosen)
    {
        string[] seen =
        [
            .. chosen.Select(
                volume => $"{volume.Id} has {VolumeReport.Unknown} content ({volume.SizeBytes:#,0} bytes)"),
            .. session.Units.Where(unit => unit.Reason is not null).Select(unit => unit.Reason!.TrimEnd('.')),
        ];
        return Problem.Of(
            ErrorCode.NoVolume,
            $"There is no volume on {session.Target} that can be mounted.",
            seen.Length == 0
                ? "The target has no logical unit that this initiator may use."
                : $"{string.Join("; ", seen)}.",
            "Nothing was touched. --no-mount keeps the session without a mount; this version reads NTFS.");
    }

    private static string Numbers(IEnumerable<ulong> numbers)
    {
        string list = string.Join(", ", numbers);
        return list.Length == 0 ? "none" : list;
    }
}
