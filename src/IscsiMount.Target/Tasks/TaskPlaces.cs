using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Tasks;

/// <summary>Takes tasks into the task set of their unit and out of it. The lock of their session is held.</summary>
internal static class TaskPlaces
{
    public static void Enter(ScsiTask task)
    {
        if (task.Plan.NeedsDevice && task.Unit is { } user)
        {
            lock (user.Unit.Lock)
            {
                task.Order = OrderOf(task);
                bool mayStart = user.Unit.Tasks.Enter(task, task.Order);
                task.Place = mayStart ? TaskPlace.Enabled : TaskPlace.Behind;
            }
        }
    }

    /// <summary>The task does not run, or has run.</summary>
    /// <param name="task">The task.</param>
    /// <param name="freed">Takes the tasks that may run now.</param>
    public static void Leave(ScsiTask task, ref Queue<ScsiTask>? freed)
    {
        if (task.Place == TaskPlace.Outside || task.Unit is not { } user)
        {
            return;
        }

        lock (user.Unit.Lock)
        {
            // What cannot be withdrawn has its place already, and is about to hear of it.
            bool hasLeft = task.Place == TaskPlace.Enabled
                ? user.Unit.Tasks.Leave(task.Order, ref freed)
                : user.Unit.Tasks.Withdraw(task, ref freed);
            task.Place = hasLeft ? TaskPlace.Outside : task.Place;
        }
    }

    private static TaskOrder OrderOf(ScsiTask task) => task.Plan.IsExclusive
        ? TaskOrder.Exclusive
        : OrderOf(task.Command.Attribute);

    private static TaskOrder OrderOf(TaskAttributeKind attribute) => attribute switch
    {
        TaskAttributeKind.Untagged or TaskAttributeKind.Simple => TaskOrder.Simple,
        TaskAttributeKind.Ordered => TaskOrder.Ordered,
        TaskAttributeKind.HeadOfQueue => TaskOrder.HeadOfQueue,

        // There never is a contingent allegiance here, so such a task comes after all that are there.
        TaskAttributeKind.AutoContingentAllegiance => TaskOrder.Ordered,
    };
}
