using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator;

/// <summary>A logical unit did not carry out a command, and says why. The session goes on.</summary>
public sealed class ScsiCommandException(OperationCode command, ulong? firstBlock, ScsiStatus status, SenseData? sense)
    : StorageFaultException(FaultScope.Command, Describe(command, firstBlock, status, sense))
{
    public OperationCode Command { get; } = command;

    /// <summary>The first block of a read or a write.</summary>
    public ulong? FirstBlock { get; } = firstBlock;

    public ScsiStatus Status { get; } = status;

    public SenseData? Sense { get; } = sense;

    public OutcomeKind Outcome => CommandOutcome.Of(Status, Sense).Kind;

    public override bool IsTransient => CommandOutcome.Of(Status, Sense).Reaction
        is OutcomeReaction.Repeat
        or OutcomeReaction.RepeatLater
        or OutcomeReaction.ChangePath;

    private static string Describe(OperationCode command, ulong? firstBlock, ScsiStatus status, SenseData? sense)
    {
        string what = firstBlock is { } block ? $"{command} at block {block}" : $"{command}";
        string why = sense is { } told ? $"{told.Key}, {told.Additional}" : $"status {status}";
        return $"{what} failed: {why}.";
    }
}
