using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// The tasks of one session that have not been answered, by their tags, and those that wait to be used again. The lock
/// of the session guards it.
/// </summary>
internal sealed class TaskTable(TaskRunner runner)
{
    // LIMIT: the standard demands one at a time (RFC 7143 §4.2.2.1). More than a few is no use of them but an attack.
    private const int ImmediateCountMax = 16;

    private readonly Dictionary<uint, ScsiTask> _tasks = [];
    private readonly Stack<ScsiTask> _idle = new();
    private int _immediateCount;

    public int Count => _tasks.Count;

    public IEnumerable<ScsiTask> All => _tasks.Values;

    public ScsiTask? Find(uint initiatorTaskTag) => _tasks.GetValueOrDefault(initiatorTaskTag);

    /// <summary>Why a command cannot be taken in, if it has to be rejected for it.</summary>
    public RejectReason? Objection(in ScsiCommand command)
    {
        if (_tasks.ContainsKey(command.InitiatorTaskTag))
        {
            return RejectReason.TaskInProgress;
        }

        if (!Enum.IsDefined(command.Attribute))
        {
            return RejectReason.ProtocolError;
        }

        return command.IsImmediate && _immediateCount >= ImmediateCountMax
            ? RejectReason.TooManyImmediateCommands
            : null;
    }

    public ScsiTask Add(
        in ScsiCommand command, Allegiance allegiance, NexusUnit? unit, in CommandPlan plan, DataOutTerms terms)
    {
        ScsiTask task = _idle.TryPop(out ScsiTask? idle) ? idle : new ScsiTask(runner);
        task.Begin(command, allegiance, unit, plan, terms);
        _tasks.Add(command.InitiatorTaskTag, task);
        _immediateCount += command.IsImmediate ? 1 : 0;
        return task;
    }

    public void Remove(ScsiTask task)
    {
        bool wasHere = _tasks.Remove(task.Command.InitiatorTaskTag);
        Invariant.Holds(wasHere);
        _immediateCount -= task.Command.IsImmediate ? 1 : 0;
    }

    /// <summary>Nobody knows this task any more: it can become another one.</summary>
    public void Recycle(ScsiTask task)
    {
        task.Clear();
        _idle.Push(task);
    }
}
