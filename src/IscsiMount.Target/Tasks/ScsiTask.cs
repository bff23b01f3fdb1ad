using System.Runtime.CompilerServices;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// One SCSI command from its arrival to the moment when its answer has been sent. Tasks are used again, so that a
/// command in steady state allocates nothing.
/// </summary>
/// <remarks>
/// The lock of the session guards everything but the buffer. That belongs to the receiving thread while data is
/// awaited, to the device while it runs, and to the sender once there is an answer. An abort only leaves a mark; who
/// has the buffer then finds the mark when he is done with it.
/// </remarks>
internal sealed class ScsiTask : IOrderedCommand
{
    private readonly Action _resume;
    private Allegiance? _allegiance;
    private ValueTaskAwaiter _work;
    private byte[]? _buffer;
    private int _bufferLength;

    public ScsiTask(TaskRunner runner)
    {
        Runner = runner;
        Reply = new ScsiReply(LeaveWindow, () => Runner.Recycle(this));
        _resume = () => Runner.Resume(this);
    }

    public TaskRunner Runner { get; }

    public ScsiReply Reply { get; }

    /// <summary>The connection that everything of this command goes over.</summary>
    public Allegiance Allegiance =>
        _allegiance ?? throw new InvariantViolationException("a task that is in use came over a connection");

    public ScsiCommand Command { get; private set; }

    /// <summary>The unit, or nothing if there is none of this number.</summary>
    public NexusUnit? Unit { get; private set; }

    public CommandPlan Plan { get; private set; }

    public DataOutAssembly Data { get; } = new();

    public TaskPhase Phase { get; set; }

    public TaskPlace Place { get; set; }

    /// <summary>How it stands to the other tasks of its unit, once it has a place among them.</summary>
    public TaskOrder Order { get; set; }

    /// <summary>Its initiator must hear nothing of it any more.</summary>
    public bool IsAborted { get; set; }

    /// <summary>A receiving thread is putting data into the buffer at this moment.</summary>
    public bool IsReceiving { get; set; }

    /// <summary>Requests of task management that wait until this task is gone.</summary>
    public List<TaskManagementWait> Watchers { get; } = [];

    public Memory<byte> Buffer => _buffer.AsMemory(0, _bufferLength);

    /// <summary>What the initiator is to send and the command takes.</summary>
    public int WantedLength => Plan.TakesData && Command.IsWrite
        ? (int)Math.Min(Command.ExpectedDataTransferLength, (uint)Plan.DataLength)
        : 0;

    /// <summary>Takes up a command that has arrived.</summary>
    public void Begin(
        in ScsiCommand command, Allegiance allegiance, NexusUnit? unit, in CommandPlan plan, DataOutTerms terms)
    {
        _allegiance = allegiance;
        Command = command;
        Unit = unit;
        Plan = plan;
        Phase = TaskPhase.Held;
        Place = TaskPlace.Outside;
        IsAborted = false;
        IsReceiving = false;
        int expected = command.IsWrite ? (int)Math.Min(command.ExpectedDataTransferLength, int.MaxValue) : 0;
        Data.Begin(terms, expected, WantedLength, command.DataSegmentLength, command.IsFinal);
    }

    /// <summary>Gets the memory that the command needs, or makes it a refused one.</summary>
    public void ProvideBuffer(BufferBudget budget)
    {
        int length = Plan.Kind switch
        {
            PlanKind.Read => Plan.DataLength,
            _ when Plan.TakesData => WantedLength == 0 ? 0 : Math.Max(Plan.DataLength, Data.BufferLength),
            _ => 0,
        };

        if (length > 0)
        {
            _buffer = budget.TryRent(length);
            _bufferLength = _buffer is null ? 0 : length;
            if (_buffer is null)
            {
                Refuse(Refusal.Busy);
            }
        }
    }

    public void ReturnBuffer(BufferBudget budget)
    {
        if (_buffer is { } buffer)
        {
            budget.Return(buffer, _bufferLength);
            _buffer = null;
            _bufferLength = 0;
        }
    }

    /// <summary>Where data belongs; nothing if there is no memory for it, because nobody wants it.</summary>
    public Memory<byte> PlaceAt(int offset, int length) =>
        Data.Fault == DataOutFault.None && offset + length <= _bufferLength ? Buffer[offset..] : default;

    /// <summary>The command will not be executed. Data that is on its way is waited for and dropped.</summary>
    public void Refuse(Refusal refusal)
    {
        Plan = new CommandPlan { Kind = PlanKind.Refuse, Refusal = refusal };
        Data.Refuse();
    }

    public void Answer(ReadOnlyMemory<byte> answer) => Plan = CommandPlan.Say(answer);

    /// <summary>Goes on when the device is done.</summary>
    public void Await(ValueTask work)
    {
        _work = work.GetAwaiter();
        _work.UnsafeOnCompleted(_resume);
    }

    /// <summary>Throws what the device threw.</summary>
    public void CheckWork() => _work.GetResult();

    /// <summary>Forgets everything, so that nothing is kept alive by a task that waits to be used again.</summary>
    public void Clear()
    {
        Invariant.Holds(_buffer is null);
        Unit = null;
        Plan = default;
        Watchers.Clear();
    }

    void IOrderedCommand.Enter() => TaskRunner.Enter(this);

    void IOrderedCommand.Deliver() => Runner.Drive(this);

    void IOrderedCommand.Discard() => Runner.Forget(this);

    private void LeaveWindow()
    {
        if (!Command.IsImmediate)
        {
            Runner.LeaveWindow();
        }
    }
}
