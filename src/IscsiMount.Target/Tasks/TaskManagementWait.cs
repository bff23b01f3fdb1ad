namespace IscsiMount.Target.Tasks;

/// <summary>
/// Waits until all tasks that a request of task management concerns are gone, and does then what is left to do. The
/// tasks may be of several sessions and end on any thread.
/// </summary>
internal sealed class TaskManagementWait(Action done)
{
    // One for whoever sets it up, so that it cannot end before all tasks are known.
    private int _count = 1;

    /// <summary>Waits for one task more.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>A task is gone, or all tasks are known now.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            done();
        }
    }
}
