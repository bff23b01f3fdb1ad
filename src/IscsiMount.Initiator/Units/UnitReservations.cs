using IscsiMount.Scsi.Reservations;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// The persistent reservations of a logical unit (SPC-4). A reservation belongs to this initiator port, which is its
/// name with the ISID of the session; it survives the session and a reset, and a loss of power only if it was asked to.
/// </summary>
/// <remarks>
/// What is refused because of somebody else's reservation, or for a key that is not ours, is a
/// <see cref="ScsiCommandException"/> with the status RESERVATION CONFLICT.
/// </remarks>
public sealed class UnitReservations
{
    private readonly UnitCommands _commands;

    internal UnitReservations(UnitCommands commands) => _commands = commands;

    /// <summary>The keys of all that are registered.</summary>
    public Task<ReservationKeys> ReadKeysAsync(CancellationToken cancellationToken) =>
        _commands.AskAsync(new ReservationInquiry<ReservationKeys>(), cancellationToken);

    /// <summary>The reservation, if there is one.</summary>
    public Task<CurrentReservation> ReadReservationAsync(CancellationToken cancellationToken) =>
        _commands.AskAsync(new ReservationInquiry<CurrentReservation>(), cancellationToken);

    /// <summary>Everyone that is registered, by name.</summary>
    public Task<FullReservationStatus> ReadFullStatusAsync(CancellationToken cancellationToken) =>
        _commands.AskAsync(new ReservationInquiry<FullReservationStatus>(), cancellationToken);

    public Task<ReservationCapabilities> ReadCapabilitiesAsync(CancellationToken cancellationToken) =>
        _commands.AskAsync(new ReservationInquiry<ReservationCapabilities>(), cancellationToken);

    /// <summary>Registers, changes the key, or with a new key of zero unregisters.</summary>
    /// <param name="key">The key that is registered so far; zero if there is none.</param>
    /// <param name="newKey">The key from now on.</param>
    /// <param name="persists">Whether registrations shall outlive a loss of power.</param>
    /// <param name="cancellationToken">Withdraws the command.</param>
    public Task RegisterAsync(ulong key, ulong newKey, bool persists, CancellationToken cancellationToken) =>
        RunAsync(
            ReservationAction.Register,
            default,
            new ReservationParameters { Key = key, ActionKey = newKey, Persists = persists },
            cancellationToken);

    /// <summary>Registers whatever key was registered before.</summary>
    public Task RegisterAnywayAsync(ulong newKey, bool persists, CancellationToken cancellationToken) =>
        RunAsync(
            ReservationAction.RegisterAndIgnoreExistingKey,
            default,
            new ReservationParameters { ActionKey = newKey, Persists = persists },
            cancellationToken);

    public Task ReserveAsync(ulong key, ReservationType type, CancellationToken cancellationToken) =>
        RunAsync(ReservationAction.Reserve, type, new ReservationParameters { Key = key }, cancellationToken);

    /// <summary>Ends our reservation, which has to be of this type. Without one nothing happens.</summary>
    public Task ReleaseAsync(ulong key, ReservationType type, CancellationToken cancellationToken) =>
        RunAsync(ReservationAction.Release, type, new ReservationParameters { Key = key }, cancellationToken);

    /// <summary>Ends the reservation and all registrations, ours and those of others.</summary>
    public Task ClearAsync(ulong key, CancellationToken cancellationToken) =>
        RunAsync(ReservationAction.Clear, default, new ReservationParameters { Key = key }, cancellationToken);

    /// <summary>
    /// Takes all registrations with the victim's key away; and the reservation, if the victim holds it. Others must not
    /// write behind our back then, so this is for those that are known to be dead.
    /// </summary>
    /// <param name="key">Our own key.</param>
    /// <param name="victimKey">The key that loses.</param>
    /// <param name="type">The reservation that replaces the victim's.</param>
    /// <param name="abortsTasks">Whether what the victim has under way is aborted.</param>
    /// <param name="cancellationToken">Withdraws the command.</param>
    public Task PreemptAsync(
        ulong key, ulong victimKey, ReservationType type, bool abortsTasks, CancellationToken cancellationToken) =>
        RunAsync(
            abortsTasks ? ReservationAction.PreemptAndAbort : ReservationAction.Preempt,
            type,
            new ReservationParameters { Key = key, ActionKey = victimKey },
            cancellationToken);

    /// <summary>Registers another initiator, and hands it the reservation that we hold.</summary>
    public Task MoveAsync(MoveParameters parameters, ReservationType type, CancellationToken cancellationToken) =>
        _commands.SendAsync(
            new PersistentReserveOut
            {
                Action = ReservationAction.RegisterAndMove,
                Type = type,
                ParameterListLength = parameters.WireLength,
            },
            parameters,
            cancellationToken);

    // Each action changes what the next one finds: registering twice with the old key is a conflict.
    private Task RunAsync(
        ReservationAction action, ReservationType type, ReservationParameters parameters,
        CancellationToken cancellationToken) =>
        _commands.SendAsync(
            new PersistentReserveOut { Action = action, Type = type, ParameterListLength = parameters.WireLength },
            parameters,
            cancellationToken);
}
