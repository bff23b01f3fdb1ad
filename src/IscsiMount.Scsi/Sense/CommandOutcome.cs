namespace IscsiMount.Scsi.Sense;

/// <summary>How a command ended, as far as its initiator has to tell one end from another.</summary>
public enum OutcomeKind
{
    Good,

    /// <summary>It worked, and the unit has something to tell. The data is good.</summary>
    Recovered,

    /// <summary>The command did not run, because the unit had news. See <see cref="UnitAttention"/>.</summary>
    UnitAttention,

    /// <summary>
    /// The command did not run, because an earlier write, reported as good, has failed. Whoever wrote has to hear of
    /// it at the next flush at the latest.
    /// </summary>
    DeferredError,
    BecomingReady,
    StartNeeded,
    NotReady,
    MediumAbsent,
    PathInTransition,
    PathUnavailable,
    MediumError,
    HardwareError,
    CommandNotSupported,
    BlockOutOfRange,
    LogicalUnitAbsent,
    AccessDenied,
    IllegalRequest,
    WriteProtected,
    SpaceExhausted,
    Miscompare,
    Aborted,
    Busy,
    TaskSetFull,
    ResourcesExhausted,
    ReservationConflict,

    /// <summary>A check condition without sense data, or a status without a meaning.</summary>
    Unintelligible,
}

/// <summary>What an initiator does about it. How often and how fast is its own business.</summary>
public enum OutcomeReaction
{
    Accept,

    /// <summary>Send it again as a new command.</summary>
    Repeat,

    /// <summary>Wait a little, then send it again as a new command.</summary>
    RepeatLater,

    /// <summary>Start the unit, then send it again.</summary>
    StartUnit,

    /// <summary>Send it over another path.</summary>
    ChangePath,

    /// <summary>Repetition cannot help.</summary>
    Fail,
}

/// <summary>The end of a command, classified. Nothing here depends on which command it was.</summary>
public readonly record struct CommandOutcome(OutcomeKind Kind, OutcomeReaction Reaction)
{
    public static CommandOutcome Of(ScsiStatus status, SenseData? sense) => status switch
    {
        ScsiStatus.Good or ScsiStatus.ConditionMet => new(OutcomeKind.Good, OutcomeReaction.Accept),
        ScsiStatus.CheckCondition when sense is { } told => Of(told),
        ScsiStatus.Busy => new(OutcomeKind.Busy, OutcomeReaction.RepeatLater),
        ScsiStatus.TaskSetFull => new(OutcomeKind.TaskSetFull, OutcomeReaction.RepeatLater),
        ScsiStatus.ReservationConflict => new(OutcomeKind.ReservationConflict, OutcomeReaction.Fail),
        ScsiStatus.TaskAborted => new(OutcomeKind.Aborted, OutcomeReaction.Repeat),

        // Nothing of ours sets NACA, so ACA ACTIVE is as unintelligible as a status without a name.
        _ => new(OutcomeKind.Unintelligible, OutcomeReaction.Fail),
    };

    private static CommandOutcome Of(SenseData sense)
    {
        if (sense.IsDeferred)
        {
            return new(OutcomeKind.DeferredError, OutcomeReaction.Repeat);
        }

        return sense.Key switch
        {
            SenseKey.NoSense or SenseKey.RecoveredError or SenseKey.Completed
                => new(OutcomeKind.Recovered, OutcomeReaction.Accept),
            SenseKey.NotReady => OfNotReady(sense.Additional),
            SenseKey.MediumError => new(OutcomeKind.MediumError, OutcomeReaction.Fail),
            SenseKey.HardwareError => OfHardware(sense.Additional),
            SenseKey.IllegalRequest => OfIllegalRequest(sense.Additional),
            SenseKey.UnitAttention => new(OutcomeKind.UnitAttention, OutcomeReaction.Repeat),
            SenseKey.DataProtect => sense.Additional == AdditionalSense.SpaceAllocationFailed
                ? new(OutcomeKind.SpaceExhausted, OutcomeReaction.Fail)
                : new(OutcomeKind.WriteProtected, OutcomeReaction.Fail),
            SenseKey.AbortedCommand => OfAborted(sense.Additional),
            SenseKey.Miscompare => new(OutcomeKind.Miscompare, OutcomeReaction.Fail),
            SenseKey.BlankCheck or SenseKey.CopyAborted or SenseKey.VolumeOverflow
                => new(OutcomeKind.MediumError, OutcomeReaction.Fail),
            SenseKey.VendorSpecific or SenseKey.Reserved => new(OutcomeKind.Unintelligible, OutcomeReaction.Fail),
        };
    }

    private static CommandOutcome OfNotReady(AdditionalSense sense) => (sense.Code, sense.Qualifier) switch
    {
        (0x04, 0x01 or 0x07 or 0x14 or 0x1A) => new(OutcomeKind.BecomingReady, OutcomeReaction.RepeatLater),
        (0x04, 0x02) => new(OutcomeKind.StartNeeded, OutcomeReaction.StartUnit),
        (0x04, 0x0A) => new(OutcomeKind.PathInTransition, OutcomeReaction.RepeatLater),
        (0x04, 0x0B or 0x0C or 0x12) => new(OutcomeKind.PathUnavailable, OutcomeReaction.ChangePath),
        (0x3A, _) => new(OutcomeKind.MediumAbsent, OutcomeReaction.Fail),
        _ => new(OutcomeKind.NotReady, OutcomeReaction.Fail),
    };

    private static CommandOutcome OfHardware(AdditionalSense sense) => sense.Code switch
    {
        0x08 => new(OutcomeKind.HardwareError, OutcomeReaction.RepeatLater),
        _ => new(OutcomeKind.HardwareError, OutcomeReaction.ChangePath),
    };

    private static CommandOutcome OfIllegalRequest(AdditionalSense sense) => (sense.Code, sense.Qualifier) switch
    {
        (0x20, 0x02) => new(OutcomeKind.AccessDenied, OutcomeReaction.Fail),
        (0x20, _) => new(OutcomeKind.CommandNotSupported, OutcomeReaction.Fail),
        (0x21, _) => new(OutcomeKind.BlockOutOfRange, OutcomeReaction.Fail),
        (0x25, _) => new(OutcomeKind.LogicalUnitAbsent, OutcomeReaction.Fail),
        (0x55, <= 0x03) => new(OutcomeKind.ResourcesExhausted, OutcomeReaction.RepeatLater),
        _ => new(OutcomeKind.IllegalRequest, OutcomeReaction.Fail),
    };

    private static CommandOutcome OfAborted(AdditionalSense sense) => sense.Code switch
    {
        0x10 => new(OutcomeKind.MediumError, OutcomeReaction.Fail),
        0x55 => new(OutcomeKind.ResourcesExhausted, OutcomeReaction.RepeatLater),
        _ => new(OutcomeKind.Aborted, OutcomeReaction.Repeat),
    };
}
