using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Commands;

/// <summary>How a command ended.</summary>
internal readonly struct CommandResult
{
    /// <summary>The target's word, unless there is a <see cref="Fault"/>.</summary>
    public ScsiStatus Status { get; init; }

    public SenseData? Sense { get; init; }

    /// <summary>Bytes that were moved, from the start of the buffer without a hole.</summary>
    public int TransferredLength { get; init; }

    /// <summary>
    /// Why the target said nothing: the session ended, the command took too long, or it was cancelled
    /// (<see cref="OperationCanceledException"/>).
    /// </summary>
    public Exception? Fault { get; init; }

    public static CommandResult Failed(Exception fault) => new() { Fault = fault };
}
