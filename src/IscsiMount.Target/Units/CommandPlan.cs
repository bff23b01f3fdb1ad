using IscsiMount.Block;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units.Work;

namespace IscsiMount.Target.Units;

/// <summary>What is to be done for a command.</summary>
internal enum PlanKind
{
    /// <summary>The answer is here already. It may be empty.</summary>
    Answer,

    /// <summary>The command is not executed.</summary>
    Refuse,

    /// <summary>The answer is what the unit has to tell now. It is made when the command's turn has come.</summary>
    Sense,

    Read,

    Write,

    /// <summary>The blocks are written and then read again and compared.</summary>
    WriteAndVerify,

    /// <summary>The blocks are compared with data of the initiator.</summary>
    Compare,

    /// <summary>The blocks are read, to see whether that is possible.</summary>
    Verify,

    Flush,

    /// <summary>More than moving blocks: see <see cref="CommandPlan.Work"/>.</summary>
    Work,
}

/// <summary>
/// What a unit makes of a command descriptor block: pure data. Nothing has been done yet, and nothing needs to be
/// looked at again when it is done.
/// </summary>
internal readonly record struct CommandPlan
{
    public required PlanKind Kind { get; init; }

    /// <summary>The blocks of a kind that concerns blocks.</summary>
    public BlockRange Range { get; init; }

    /// <summary>The bytes that the command moves, by its own account, in whichever direction.</summary>
    public int DataLength { get; init; }

    /// <summary>Whether a write is durable before its status is given.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Of <see cref="PlanKind.Work"/>: what is to be done.</summary>
    public UnitWork? Work { get; init; }

    /// <summary>Of <see cref="PlanKind.Work"/>: whether its data comes from the initiator.</summary>
    public bool HasDataOut { get; init; }

    /// <summary>Whether no other task may run at the same time, because it reads what it then changes.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>Whether it has nothing to do with the medium, so that it works while the unit is stopped.</summary>
    public bool WorksWhileStopped { get; init; }

    public UnitAccess Access { get; init; }

    /// <summary>Whether it runs though the unit has something to tell (SAM-5 unit attention conditions).</summary>
    public bool PassesAttention { get; init; }

    /// <summary>Of a kind with an answer: all of it, already cut to the allocation length.</summary>
    public ReadOnlyMemory<byte> Answer { get; init; }

    public Refusal? Refusal { get; init; }

    /// <summary>
    /// Of <see cref="PlanKind.Sense"/>: how the answer is written. Its length is the most that is wanted.
    /// </summary>
    public SenseFormat SenseFormat { get; init; }

    /// <summary>Whether it fails while the unit is stopped, although it does not go to the device.</summary>
    public bool AsksIfReady { get; init; }

    /// <summary>Whether the unit is started or stopped by it, if it is.</summary>
    public bool? Starts { get; init; }

    /// <summary>Whether the initiator is to send data.</summary>
    public bool TakesData =>
        Kind is PlanKind.Write or PlanKind.WriteAndVerify or PlanKind.Compare || (Kind == PlanKind.Work && HasDataOut);

    /// <summary>Whether the device is needed, and with it a place in the order of the tasks.</summary>
    public bool NeedsDevice => Kind is not (PlanKind.Answer or PlanKind.Refuse or PlanKind.Sense);

    /// <summary>Whether it fails while the unit is stopped.</summary>
    public bool NeedsMedium => AsksIfReady || (NeedsDevice && !WorksWhileStopped);

    public static CommandPlan Good { get; } = new() { Kind = PlanKind.Answer };

    public static CommandPlan GoodIfReady { get; } = new() { Kind = PlanKind.Answer, AsksIfReady = true };

    public static CommandPlan Refuse(SenseData sense) => new()
    {
        Kind = PlanKind.Refuse,
        Refusal = new Refusal(ScsiStatus.CheckCondition, sense),
    };

    public static CommandPlan Say(ReadOnlyMemory<byte> answer) => new()
    {
        Kind = PlanKind.Answer,
        Answer = answer,
        DataLength = answer.Length,
    };
}

/// <summary>Why a command is not executed: a status, and with CHECK CONDITION what it is about.</summary>
internal sealed record Refusal(ScsiStatus Status, SenseData? Sense = null)
{
    /// <summary>Another initiator has reserved the unit.</summary>
    public static readonly Refusal Reserved = new(ScsiStatus.ReservationConflict);

    /// <summary>There is no room for another command now. It may be sent again later.</summary>
    public static readonly Refusal Busy = new(ScsiStatus.Busy);

    /// <summary>The unit was stopped, and has to be started first.</summary>
    public static readonly Refusal Stopped = new(
        ScsiStatus.CheckCondition,
        new SenseData { Key = SenseKey.NotReady, Additional = AdditionalSense.StartNeeded });
}
