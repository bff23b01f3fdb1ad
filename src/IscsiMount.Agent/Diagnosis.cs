using System.Globalization;
using IscsiMount.Agent.Sessions;
using IscsiMount.Agent.Volumes;
using IscsiMount.Control;
using IscsiMount.Initiator;

namespace IscsiMount.Agent;

/// <summary>What is wrong with what the agent holds, each with what to do. Pure.</summary>
internal static class Diagnosis
{
    public static IEnumerable<Problem> Of(HeldSession session)
    {
        SessionSnapshot snapshot = session.Session.Snapshot();
        if (snapshot.Recovery is { } recovery)
        {
            yield return OfAway(session, snapshot, recovery);
        }
        else if (!session.IsAlive)
        {
            yield return OfFailed(session, snapshot);
        }

        foreach (LostWritesException loss in snapshot.Losses)
        {
            string lun = string.Create(CultureInfo.InvariantCulture, $"{session.Id}/{LunNumber.Of(loss.Lun)}");
            yield return FaultProblems.Describe(loss, "Writes may be lost.").About(lun);
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

    private static Problem OfAway(HeldSession session, SessionSnapshot snapshot, RecoverySnapshot recovery)
    {
        string who = $"{session.Target} at {session.Portal}";
        string choice =
            $"'iscsimount login --target {session.Target}' tries at once, "
            + $"'iscsimount logout --session {session.Id} --force' gives it up.";
        var problem = recovery.IsBoundOver
            ? Problem.Of(
                ErrorCode.TargetUnreachable,
                $"{who} is out of reach; reads and writes fail until it is back.",
                Reporting.WhyAway(session, snapshot),
                choice)
            : Problem.Of(
                ErrorCode.Reconnecting,
                $"The connection with {who} is lost; reads and writes wait until it is back.",
                Reporting.WhyAway(session, snapshot),
                choice);
        return problem.About($"session {session.Id}");
    }

    private static Problem OfFailed(HeldSession session, SessionSnapshot snapshot)
    {
        string again = $"iscsimount login --portal {session.Portal} --target {session.Target}";
        var problem = Problem.Of(
            ErrorCode.SessionFailed,
            $"The session with {session.Target} at {session.Portal} has failed; its mounts only give errors.",
            Reporting.WhyAway(session, snapshot),
            $"When the target is back: {again}. To give it up: iscsimount logout --session {session.Id}");
        return problem.About($"session {session.Id}");
    }
}
