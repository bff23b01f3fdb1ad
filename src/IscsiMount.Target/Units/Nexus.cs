using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units.Reservations;

namespace IscsiMount.Target.Units;

/// <summary>One session as the units of its target see it: an I_T nexus, in the words of SAM-5.</summary>
internal sealed class Nexus
{
    private readonly NexusUnit?[] _units = new NexusUnit?[TargetDefinition.LunMax + 1];
    private readonly TargetNode _target;

    /// <param name="target">The target that the session is with.</param>
    /// <param name="port">The initiator's end of the session.</param>
    /// <param name="first">
    /// What each unit tells first: that it is new here, or that an earlier session was lost.
    /// </param>
    public Nexus(TargetNode target, InitiatorPort port, AdditionalSense first)
    {
        _target = target;
        foreach (LogicalUnit unit in target.Units)
        {
            _units[unit.Definition.Lun] = unit.Attach(port, first);
        }
    }

    public TargetNode Target => _target;

    /// <summary>All units, in the order of their numbers.</summary>
    public IEnumerable<NexusUnit> Units => _units.OfType<NexusUnit>();

    /// <summary>Says who runs the commands of this session now.</summary>
    public void UseRunner(TaskRunner runner)
    {
        foreach (NexusUnit user in Units)
        {
            user.Runner = runner;
        }
    }

    /// <summary>The unit of a number, in whichever form the number is written.</summary>
    public NexusUnit? Find(LogicalUnitNumber number) =>
        number.TryGetIndex(out int index) && index < _units.Length ? _units[index] : null;

    public CommandPlan Plan(NexusUnit? unit, in CdbBytes cdb) =>
        unit is null ? _target.AbsentUnit.Plan(cdb) : unit.Unit.Planner.Plan(cdb);

    /// <summary>
    /// It is the turn of a task: settles what depends on the moment, which are things that the unit has to tell first,
    /// and whether it is started.
    /// </summary>
    public static void Prepare(ScsiTask task)
    {
        if (task.Unit is not { } user)
        {
            return;
        }

        CommandPlan plan = task.Plan;
        if (plan.Kind == PlanKind.Sense)
        {
            task.Answer(TellSense(user, plan));
        }
        else if (!plan.PassesAttention && user.TakeAttention() is { } attention)
        {
            task.Refuse(new Refusal(ScsiStatus.CheckCondition, SenseData.UnitAttention(attention)));
        }
        else if (user.Unit.Reservations.Conflicts(user, plan))
        {
            task.Refuse(Refusal.Reserved);
        }
        else if (user.Unit.IsStopped && plan.Starts is null && plan.NeedsMedium)
        {
            task.Refuse(Refusal.Stopped);
        }
        else if (plan.Starts is { } starts)
        {
            user.Unit.IsStopped = !starts;
        }
    }

    /// <summary>The session is over.</summary>
    public void Detach()
    {
        foreach (NexusUnit user in Units)
        {
            user.Unit.Detach(user);
        }
    }

    // What is told in this way counts as told (SPC-4, REQUEST SENSE).
    private static ReadOnlyMemory<byte> TellSense(NexusUnit user, in CommandPlan plan)
    {
        SenseData sense = user.TakeAttention() is { } attention ? SenseData.UnitAttention(attention)
            : user.Unit.IsStopped && Refusal.Stopped.Sense is { } stopped ? stopped
            : new SenseData { Key = SenseKey.NoSense, Additional = AdditionalSense.None };
        byte[] bytes = new byte[SenseData.LengthMax];
        int length = sense.Write(bytes, plan.SenseFormat);
        return bytes.AsMemory(0, Math.Min(length, plan.DataLength));
    }
}
