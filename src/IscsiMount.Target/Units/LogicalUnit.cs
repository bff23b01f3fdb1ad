using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units.Copying;
using IscsiMount.Target.Units.Reservations;

namespace IscsiMount.Target.Units;

/// <summary>One logical unit in service: its device, the tasks of all its initiators, and who uses it.</summary>
internal sealed class LogicalUnit(LogicalUnitDefinition definition, DiskPlanner planner)
{
    private readonly List<NexusUnit> _users = [];
    private volatile bool _isStopped;

    /// <summary>
    /// Guards <see cref="Tasks"/>, the list of users, and what each of them still has to be told. It is taken last,
    /// inside the lock of a session, and nothing is called while it is held.
    /// </summary>
    public Lock Lock { get; } = new();

    public LogicalUnitNumber Number { get; } = LogicalUnitNumber.FromIndex(definition.Lun);

    public LogicalUnitDefinition Definition => definition;

    public IBlockDevice Device => definition.Device;

    public IUnitPlanner Planner => planner;

    /// <summary>How errors are told, to all initiators.</summary>
    public SenseFormat SenseFormat =>
        planner.Modes.UsesDescriptorSense ? SenseFormat.Descriptor : SenseFormat.Fixed;

    /// <summary>Who has reserved it.</summary>
    public UnitReservations Reservations { get; } = new(ReservationFile.For(definition));

    /// <summary>
    /// Whether an initiator has stopped it. Then it refuses whatever needs the medium, of all initiators.
    /// </summary>
    public bool IsStopped
    {
        get => _isStopped;
        set => _isStopped = value;
    }

    public TaskSet<ScsiTask> Tasks { get; } = new();

    /// <summary>A session begins to use the unit.</summary>
    /// <param name="port">The initiator's end of it.</param>
    /// <param name="first">What it is told first.</param>
    public NexusUnit Attach(InitiatorPort port, AdditionalSense first)
    {
        var user = new NexusUnit(this, port);
        lock (Lock)
        {
            user.Raise(first);
            _users.Add(user);
        }

        return user;
    }

    public void Detach(NexusUnit user)
    {
        lock (Lock)
        {
            _users.Remove(user);
            Reservations.EndOldReservation(user);
        }
    }

    /// <summary>Is as it was in the beginning, but for persistent reservations, and tells all users so.</summary>
    public void Reset()
    {
        IsStopped = false;
        planner.Modes.Reset();
        lock (Lock)
        {
            Reservations.EndOldReservation(user: null);
        }

        Tell(AdditionalSense.DeviceReset, _ => true);
    }

    /// <summary>Something has happened that some users are told.</summary>
    public void Tell(AdditionalSense condition, Predicate<NexusUnit> isMeant)
    {
        lock (Lock)
        {
            foreach (NexusUnit user in _users.Where(user => isMeant(user)))
            {
                user.Raise(condition);
            }
        }
    }

    public NexusUnit[] UsersBut(NexusUnit? one)
    {
        lock (Lock)
        {
            return [.. _users.Where(user => !ReferenceEquals(user, one))];
        }
    }
}

/// <summary>One unit as one session sees it: an I_T_L nexus, in the words of SAM-5.</summary>
internal sealed class NexusUnit(LogicalUnit unit, InitiatorPort port)
{
    private readonly UnitAttentions _attentions = new();
    private volatile bool _hasAttention;

    public LogicalUnit Unit => unit;

    /// <summary>The initiator's end of the nexus.</summary>
    public InitiatorPort Port => port;

    /// <summary>How the copies of this session went.</summary>
    public CopyResults Copies { get; } = new();

    /// <summary>Who runs the commands of this session.</summary>
    public TaskRunner? Runner { get; set; }

    /// <summary>The next thing that this session has to be told, which then counts as told.</summary>
    public AdditionalSense? TakeAttention()
    {
        // Every command asks, and mostly there is nothing: that must cost nothing.
        if (!_hasAttention)
        {
            return null;
        }

        lock (unit.Lock)
        {
            AdditionalSense? taken = _attentions.Take();
            _hasAttention = !_attentions.IsEmpty;
            return taken;
        }
    }

    /// <summary>Something has happened that this session is to be told.</summary>
    public void Tell(AdditionalSense condition)
    {
        lock (unit.Lock)
        {
            Raise(condition);
        }
    }

    /// <summary>As <see cref="Tell"/>. Call it under the lock of the unit.</summary>
    public void Raise(AdditionalSense condition)
    {
        _attentions.Raise(condition);
        _hasAttention = true;
    }
}
