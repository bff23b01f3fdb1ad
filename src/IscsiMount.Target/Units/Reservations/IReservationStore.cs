namespace IscsiMount.Target.Units.Reservations;

/// <summary>Where reservations outlive a restart of the target.</summary>
internal interface IReservationStore
{
    ReservationState Load();

    /// <summary>Returns when the state is durable.</summary>
    void Save(ReservationState state);
}
