namespace IscsiMount.Target.Units.Reservations;

/// <summary>
/// The reservations of one unit in service: the persistent ones, and that of RESERVE (6), which lasts as long as its
/// session. The lock of the unit guards what is changed here.
/// </summary>
internal sealed class UnitReservations(IReservationStore? store)
{
    private volatile ReservationState _state = store?.Load() ?? ReservationState.Empty;
    private volatile NexusUnit? _holder;

    /// <summary>Held by an action from its decision until its outcome is stored. No lock is taken within.</summary>
    public Lock Turn { get; } = new();

    public bool CanPersist => store is not null;

    public ReservationState State => _state;

    /// <summary>Who has reserved the unit by RESERVE (6).</summary>
    public NexusUnit? Holder
    {
        get => _holder;
        set => _holder = value;
    }

    /// <summary>Whether a command may not be executed. Every command asks, and mostly there is nothing.</summary>
    public bool Conflicts(NexusUnit user, in CommandPlan plan)
    {
        if (_holder is { } holder && holder != user && plan.Access != UnitAccess.Identify)
        {
            return true;
        }

        ReservationState state = _state;
        return state.Type is not null && state.Conflicts(user.Port, plan.Access);
    }

    /// <summary>Keeps a state, and stores it if it is to outlive a restart, or the one before was.</summary>
    public void Keep(ReservationState next)
    {
        if (store is not null && (next.Persists || _state.Persists))
        {
            store.Save(next.Persists ? next : ReservationState.Empty);
        }

        _state = next;
    }

    /// <summary>A session has ended, or the unit was reset.</summary>
    /// <param name="user">Whose reservation ends; nothing stands for anybody's.</param>
    public void EndOldReservation(NexusUnit? user)
    {
        if (user is null || _holder == user)
        {
            _holder = null;
        }
    }
}
