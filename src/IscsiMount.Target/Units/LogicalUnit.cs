using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Units;

/// <summary>One logical unit in service: its device, the tasks of all its initiators, and who uses it.</summary>
internal sealed class LogicalUnit(LogicalUnitDefinition definition)
{
    private readonly List<NexusUnit> _users = [];

    /// <summary>
    /// Guards <see cref="Tasks"/>, the list of users, and what each of them still has to be told. It is taken last,
    /// inside the lock of a session, and nothing is called while it is held.
    /// </summary>
    public Lock Lock { get; } = new();

    public LogicalUnitNumber Number { get; } = LogicalUnitNumber.FromIndex(definition.Lun);

    public LogicalUnitDefinition Definition => definition;

    public IBlockDevice Device => definition.Device;

    public TaskSet<ScsiTask> Tasks { get; } = new();

    /// <summary>A session begins to use the unit.</summary>
    /// <param name="first">What it is told first.</param>
    public NexusUnit Attach(AdditionalSense first)
    {
        var user = new NexusUnit(this);
        lock (Lock)
        {
            user.Attentions.Raise(first);
            _users.Add(user);
        }

        return user;
    }

    public void Detach(NexusUnit user)
    {
        lock (Lock)
        {
            _users.Remove(user);
        }
    }

    /// <summary>Something has happened that all users are told, except for the one who brought it about.</summary>
    public void Tell(AdditionalSense condition, NexusUnit? except)
    {
        lock (Lock)
        {
            foreach (NexusUnit user in _users)
            {
                if (!ReferenceEquals(user, except))
                {
                    user.Attentions.Raise(condition);
                }
            }
        }
    }
}

/// <summary>One unit as one session sees it: an I_T_L nexus, in the words of SAM-5.</summary>
internal sealed class NexusUnit(LogicalUnit unit)
{
    public LogicalUnit Unit => unit;

    /// <summary>What this session has still to be told. The lock of the unit guards it.</summary>
    public UnitAttentions Attentions { get; } = new();

    public AdditionalSense? TakeAttention()
    {
        lock (unit.Lock)
        {
            return Attentions.Take();
        }
    }

    public void Raise(AdditionalSense condition)
    {
        lock (unit.Lock)
        {
            Attentions.Raise(condition);
        }
    }
}
