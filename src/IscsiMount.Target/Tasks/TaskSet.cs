using IscsiMount.Primitives;

namespace IscsiMount.Target.Tasks;

/// <summary>How a task stands to the others of its logical unit (RFC 7143 §11.3.1).</summary>
internal enum TaskOrder
{
    Simple,
    Ordered,
    HeadOfQueue,

    /// <summary>It reads what it then changes, so it runs alone, whatever its initiator asked for.</summary>
    Exclusive,
}

/// <summary>
/// The tasks of one logical unit, of all its initiators, and which of them may run. Its owner guards it with the lock
/// of the unit.
/// </summary>
/// <remarks>
/// <code>
///   a task that is   may start when
///   HeadOfQueue      no Exclusive task runs
///   Simple           no HeadOfQueue task runs, and no older Ordered task runs or waits
///   Ordered          no task runs, and no older task waits
///   Exclusive        likewise
/// </code>
/// </remarks>
internal sealed class TaskSet<T>
    where T : class
{
    private readonly LinkedList<(T Task, TaskOrder Order)> _waiting = new();
    private int _runningCount;
    private int _barrierCount;
    private bool _isExclusive;

    public int RunningCount => _runningCount;

    public int WaitingCount => _waiting.Count;

    /// <summary>Takes in a task.</summary>
    /// <returns>Whether it may start now. If not, <see cref="Leave"/> of another will hand it out.</returns>
    public bool Enter(T task, TaskOrder order)
    {
        if (order == TaskOrder.HeadOfQueue && !MayStart(order))
        {
            _waiting.AddFirst((task, order));
            return false;
        }

        if (order != TaskOrder.HeadOfQueue && (_waiting.Count > 0 || !MayStart(order)))
        {
            _waiting.AddLast((task, order));
            return false;
        }

        Start(order);
        return true;
    }

    /// <summary>A running task has ended, or will not run.</summary>
    /// <param name="order">Of the task.</param>
    /// <param name="started">Takes the tasks that may start now. It is made when it is needed.</param>
    /// <returns>True.</returns>
    public bool Leave(TaskOrder order, ref Queue<T>? started)
    {
        Invariant.Holds(_runningCount > 0);
        _runningCount--;
        _barrierCount -= order == TaskOrder.Simple ? 0 : 1;
        _isExclusive &= order != TaskOrder.Exclusive;
        StartWaiting(ref started);
        return true;
    }

    /// <summary>Takes out a task that still waits, because it was aborted.</summary>
    /// <returns>Whether it was waiting here.</returns>
    public bool Withdraw(T task, ref Queue<T>? started)
    {
        for (LinkedListNode<(T Task, TaskOrder Order)>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (ReferenceEquals(node.Value.Task, task))
            {
                _waiting.Remove(node);
                StartWaiting(ref started);
                return true;
            }
        }

        return false;
    }

    private void StartWaiting(ref Queue<T>? started)
    {
        while (_waiting.First is { } first && MayStart(first.Value.Order))
        {
            _waiting.RemoveFirst();
            Start(first.Value.Order);
            (started ??= new()).Enqueue(first.Value.Task);
        }
    }

    private bool MayStart(TaskOrder order) => order switch
    {
        TaskOrder.HeadOfQueue => !_isExclusive,
        TaskOrder.Simple => _barrierCount == 0,
        TaskOrder.Ordered or TaskOrder.Exclusive => _runningCount == 0,
    };

    private void Start(TaskOrder order)
    {
        _runningCount++;
        _barrierCount += order == TaskOrder.Simple ? 0 : 1;
        _isExclusive |= order == TaskOrder.Exclusive;
    }
}
