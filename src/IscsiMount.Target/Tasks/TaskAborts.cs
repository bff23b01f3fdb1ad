using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>Aborts tasks of one session.</summary>
/// <remarks>
/// <code>
///   phase     what an abort does
///   Held      leaves a mark; the task ends when it would be delivered
///   Waiting   takes it out of the task set; the data that it is still owed is given up, or waited for and dropped
///   Running   leaves a mark; the task ends in silence when the device is done with it
/// </code>
/// </remarks>
internal sealed class TaskAborts(TaskRunner runner)
{
    /// <summary>Aborts one task.</summary>
    /// <param name="initiatorTaskTag">The task.</param>
    /// <param name="wait">Waits until it is gone.</param>
    /// <returns>Whether there was such a task.</returns>
    public bool AbortOne(uint initiatorTaskTag, TaskManagementWait wait)
    {
        ScsiTask? task;
        Queue<ScsiTask>? freed = null;
        lock (runner.Lock)
        {
            task = runner.Table.Find(initiatorTaskTag);
            if (task is null)
            {
                return false;
            }

            // The initiator sends no more data for it; what is on its way belongs to nobody.
            Mark(task, dropsData: true, wait, ref freed);
        }

        runner.Drive(task);
        TaskRunner.DriveFreed(freed);
        return true;
    }

    /// <summary>Aborts the tasks that are meant.</summary>
    /// <param name="isMeant">Says which.</param>
    /// <param name="wait">Waits for them.</param>
    /// <param name="isOwn">
    /// Whether the session itself wants it. Then the data that it still owes is waited for (RFC 7143 §4.2.3.3); that of
    /// others may come or not.
    /// </param>
    /// <returns>How many there were.</returns>
    public int AbortAll(Predicate<ScsiTask> isMeant, TaskManagementWait wait, bool isOwn)
    {
        ScsiTask[] aborted;
        Queue<ScsiTask>? freed = null;
        lock (runner.Lock)
        {
            aborted = [.. runner.Table.All.Where(task => !task.IsAborted && isMeant(task))];
            foreach (ScsiTask task in aborted)
            {
                bool isWaitedFor = isOwn || task.Phase == TaskPhase.Running;
                Mark(task, dropsData: false, isWaitedFor ? wait : null, ref freed);
            }
        }

        Drive(aborted, freed);
        return aborted.Length;
    }

    /// <summary>
    /// Ends all tasks of a connection without an answer, and returns when no device touches their memory any more. Only
    /// its receiving thread calls it, when it receives no more.
    /// </summary>
    /// <returns>The units that had taken up such tasks.</returns>
    public IReadOnlyCollection<NexusUnit> EndAll(Allegiance allegiance)
    {
        ScsiTask[] tasks;
        ScsiTask[] held;
        NexusUnit[] units;
        Queue<ScsiTask>? freed = null;
        lock (runner.Lock)
        {
            // What is held was not acknowledged, and counts as never received (RFC 7143 §11.14).
            runner.DropHeld(allegiance);
            ILookup<bool, ScsiTask> own = runner.Table.All
                .Where(task => ReferenceEquals(task.Allegiance, allegiance))
                .ToLookup(task => task.Phase == TaskPhase.Held);
            held = [.. own[true]];
            tasks = [.. own[false]];
            units = [.. tasks.Select(task => task.Unit).OfType<NexusUnit>().Distinct()];
            foreach (ScsiTask task in tasks)
            {
                task.IsReceiving = false;
                Mark(task, dropsData: true, wait: null, ref freed);
            }

            allegiance.BeginEnding();
        }

        allegiance.Cancel();
        Array.ForEach(held, runner.Forget);
        Drive(tasks, freed);
        allegiance.WaitUntilQuiet();
        return units;
    }

    private void Drive(ScsiTask[] aborted, Queue<ScsiTask>? freed)
    {
        foreach (ScsiTask task in aborted)
        {
            runner.Drive(task);
        }

        TaskRunner.DriveFreed(freed);
    }

    private static void Mark(ScsiTask task, bool dropsData, TaskManagementWait? wait, ref Queue<ScsiTask>? freed)
    {
        task.IsAborted = true;
        if (task.Phase == TaskPhase.Held)
        {
            return;
        }

        if (task.Phase == TaskPhase.Waiting)
        {
            task.Data.Refuse();
            if (dropsData)
            {
                task.Data.Abandon();
            }

            TaskPlaces.Leave(task, ref freed);
        }

        if (wait is not null)
        {
            wait.Add();
            task.Watchers.Add(wait);
        }
    }
}
