using System.Globalization;
using IscsiMount.Agent.Sessions;
using IscsiMount.Agent.Volumes;
using IscsiMount.Control;

namespace IscsiMount.Agent;

/// <summary>What is wrong with what the agent holds, each with what to do. Pure.</summary>
internal static class Diagnosis
{
    public static IEnumerable<Problem> Of(HeldSession session)
    {
        if (!session.IsAlive)
        {
            yield return OfFailed(session);
        }

        foreach (HeldUnit unit in session.Units)
        {
            string subject = string.Create(CultureInfo.InvariantCulture, $"{session.Id}/{LunNumber.Of(unit.Lun)}");
            if (unit is { IsFaulty: true, Reason: { } reason })
            {
                yield return Problem.Of(ErrorCode.CommandFailed, "This logical unit cannot be used.", reason)
                    .About(subject);
            }

            foreach (string finding in unit.Scan?.Findings ?? [])
            {
                yield return Problem.Of(
                    ErrorCode.PartitionTableDamaged,
                    "Something is wrong with the partition table.",
                    finding,
                    "Nothing was written. Have it repaired by the system that wrote it.").About(subject);
            }
        }

        foreach (HeldVolume volume in session.Volumes)
        {
            if (volume.Found?.Damage is { } damage)
            {
                yield return VolumeMounter.DamageProblem(volume, damage).About(volume.Id.ToString());
            }
        }
    }

    private static Problem OfFailed(HeldSession session)
    {
        string again = $"iscsimount login --portal {session.Portal} --target {session.Target}";
        var problem = Problem.Of(
            ErrorCode.SessionFailed,
            $"The session with {session.Target} at {session.Portal} has failed; its mounts only give errors.",
            Reporting.WhyEnded(session),
            $"When the target is back: {again}. To give it up: iscsimount logout --session {session.Id}");
        return problem.About($"session {session.Id}");
    }
}
