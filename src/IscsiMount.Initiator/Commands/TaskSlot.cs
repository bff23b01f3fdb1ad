using IscsiMount.Primitives;
using IscsiMount.Protocol.Transfer;

namespace IscsiMount.Initiator.Commands;

/// <summary>One task under way at the target, and all that is known of it. Slots are used again and again.</summary>
/// <remarks>
/// The lock of the <see cref="TaskSet"/> guards every change. While a command is being sent, the sender reads what came
/// from the request without the lock; that does not change until the slot is free again.
/// </remarks>
internal sealed class TaskSlot(int index)
{
    private CommandRequest _request;
    private DataInSequence _read;
    private SolicitedRange _write;

    public int Index { get; } = index;

    /// <summary>The InitiatorTaskTag.</summary>
    public uint Tag { get; set; }

    public bool IsLive { get; set; }

    /// <summary>What was sent, if it was no SCSI command.</summary>
    public ControlRequest? Control { get; set; }

    public ref readonly CommandRequest Request => ref _request;

    public SerialNumber CmdSN { get; private set; }

    /// <summary>When it was queued, or the target was asked to abort it: in ticks of the session's watch.</summary>
    public uint Tick { get; set; }

    /// <summary>The data of a read, and how much of it has come.</summary>
    public ref DataInSequence Read => ref _read;

    /// <summary>The data of a write, and how much of it was asked for.</summary>
    public ref SolicitedRange Write => ref _write;

    /// <summary>Whether the batch that is being sent refers to memory of the task's owner.</summary>
    public bool IsInBatch { get; set; }

    /// <summary>Set when the task has ended while it was in a batch. Then the end of the batch completes it.</summary>
    public CommandResult? HeldResult { get; set; }

    /// <summary>Why the target was asked to abort the task, and what its owner will be told.</summary>
    public Exception? AbortCause { get; set; }

    public AbortStep AbortStep { get; set; }

    /// <summary>
    /// The tag of the last task here that the target aborted. What was on its way to it is dropped. It outlives the
    /// task; before the first, it is that of no task.
    /// </summary>
    public uint AbortedTag { get; set; } = ControlRequest.NoTag;

    public void Begin(in CommandRequest request, SerialNumber cmdSN, int maxBurstLength)
    {
        _request = request;
        CmdSN = cmdSN;
        Tick = request.QueuedTick;
        _read = new DataInSequence((uint)request.ReadInto.Length, maxBurstLength);
        _write = new SolicitedRange((uint)request.WriteFrom.Length);
    }

    public void BeginControl(ControlRequest control, SerialNumber cmdSN)
    {
        Control = control;
        CmdSN = cmdSN;
    }

    public void Clear()
    {
        Control = null;
        _request = default;
        IsInBatch = false;
        HeldResult = null;
        AbortCause = null;
        AbortStep = AbortStep.None;
    }
}
