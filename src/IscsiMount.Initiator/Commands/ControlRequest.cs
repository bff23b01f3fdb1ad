using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Commands;

/// <summary>The numbers that a PDU carries, as they are at the moment when it is sent.</summary>
internal readonly record struct Numbers(uint Tag, SerialNumber CmdSN, SerialNumber ExpStatSN);

/// <summary>Something that is sent beside SCSI commands: a ping, a text, an abort, a logout, an answer.</summary>
internal abstract class ControlRequest
{
    /// <summary>No task, or no transfer: the value that both tags reserve.</summary>
    public const uint NoTag = uint.MaxValue;

    /// <summary>Its task, once it was sent and an answer is due.</summary>
    public TaskSlot? Task { get; set; }

    /// <summary>Whether it goes out at once, whatever the window, and uses up no number.</summary>
    public virtual bool IsImmediate => true;

    /// <summary>Whether the target answers it. Then it is a task and gets a tag.</summary>
    public virtual bool WantsAnswer => true;

    /// <summary>A target has to take but one immediate request of each kind at a time (RFC 7143 §4.2.2.1).</summary>
    public virtual bool IsTaskManagement => false;

    /// <summary>A number that is to be used again because the target dropped what had it.</summary>
    public virtual SerialNumber? ReusedCmdSN => null;

    /// <summary>After an answer: the same task goes on with another request of ours.</summary>
    public virtual bool Continues => false;

    public virtual ReadOnlyMemory<byte> Data => default;

    public abstract void Write(Span<byte> header, Numbers numbers);

    /// <summary>The answer has come, on the thread that receives.</summary>
    public abstract void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data);

    /// <summary>There will be no answer.</summary>
    public abstract void Fail(Exception fault);
}

/// <summary>A control request whose sender waits for one value.</summary>
internal abstract class ControlRequest<TAnswer> : ControlRequest
{
    // What waits goes on elsewhere: the receiving thread is not for control code.
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TAnswer> AnswerTask => _answer.Task;

    public override void Fail(Exception fault) => _answer.TrySetException(fault);

    protected void Finish(TAnswer answer) => _answer.TrySetResult(answer);
}
