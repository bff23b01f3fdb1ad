using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator;

/// <summary>One command failed without a SCSI status. The session goes on.</summary>
public abstract class CommandFailedException(string message, Exception? cause = null)
    : StorageFaultException(FaultScope.Command, message, cause)
{
    public override bool IsTransient => true;
}

/// <summary>The target did not end a command in time, and was made to abort it.</summary>
public sealed class CommandTimedOutException(TimeSpan timeout)
    : CommandFailedException(
        $"The target did not end the command within {timeout.TotalSeconds:0.#} s.",
        new TimeoutException());

/// <summary>The target refused the PDU of a command, so that the command never began.</summary>
public sealed class CommandRejectedException(RejectReason reason)
    : CommandFailedException($"The target rejected the command: {reason}.")
{
    public RejectReason Reason { get; } = reason;

    public override bool IsTransient => Reason
        is RejectReason.DataDigestError
        or RejectReason.TooManyImmediateCommands
        or RejectReason.LongOperationReject;
}

/// <summary>The target could not carry a command out, and has no SCSI status for it.</summary>
public sealed class TargetFailureException(byte response)
    : CommandFailedException($"The target failed to carry out the command (response {response:X2}h).");

/// <summary>A read or a write was called good, but not all of its data was moved.</summary>
public sealed class ShortTransferException(int movedLength, int expectedLength)
    : CommandFailedException($"The target moved {movedLength} of {expectedLength} bytes and called that good.");
