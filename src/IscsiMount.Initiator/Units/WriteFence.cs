using IscsiMount.Scsi;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Initiator.Units;

/// <summary>What came of taking a fence.</summary>
public enum FenceOutcome
{
    /// <summary>Nobody else can write while we hold it.</summary>
    Taken,

    /// <summary>The unit knows no persistent reservations. Nothing was changed.</summary>
    Unsupported,

    /// <summary>
    /// Others are registered or hold the unit. Nothing of theirs was touched, and nothing of ours is left.
    /// </summary>
    HeldByOthers,
}

/// <summary>
/// Keeps other hosts from writing to a logical unit: a registration with our key, and a reservation of the type Write
/// Exclusive – Registrants Only. Foreign keys are never touched: taking them would break the writes of another host.
/// </summary>
/// <param name="reservations">Those of the unit.</param>
/// <param name="key">Ours, the same after a restart, so that what a crash left behind is known again. Not zero.</param>
public sealed class WriteFence(UnitReservations reservations, ulong key)
{
    private const ReservationType Type = ReservationType.WriteExclusiveRegistrantsOnly;

    /// <summary>Takes the fence if nobody else is there, and takes over what we left behind ourselves.</summary>
    /// <exception cref="ScsiCommandException">The unit failed in another way than by a refusal.</exception>
    public async Task<FenceOutcome> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await HasOthersAsync(cancellationToken))
            {
                return FenceOutcome.HeldByOthers;
            }

            await reservations.RegisterAnywayAsync(key, persists: false, cancellationToken);
        }
        catch (ScsiCommandException refusal) when (IsUnknown(refusal))
        {
            return FenceOutcome.Unsupported;
        }

        // ORDER: whoever registers from now on is seen by the second look, or sees us in its own.
        bool isOurs = await TryReserveAsync(cancellationToken) && !await HasOthersAsync(cancellationToken);
        if (!isOurs)
        {
            await ReleaseAsync(cancellationToken);
        }

        return isOurs ? FenceOutcome.Taken : FenceOutcome.HeldByOthers;
    }

    /// <summary>
    /// Looks whether the fence still stands. To be asked when the unit reports that reservations changed: whoever lost
    /// the fence must not write any more.
    /// </summary>
    public async Task<bool> StandsAsync(CancellationToken cancellationToken)
    {
        ReservationKeys keys = await reservations.ReadKeysAsync(cancellationToken);
        CurrentReservation current = await reservations.ReadReservationAsync(cancellationToken);
        return keys.Keys.Contains(key) && current.Holder == (key, Type);
    }

    /// <summary>Gives the fence back. If somebody took it away, there is nothing to give back.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await reservations.ReleaseAsync(key, Type, cancellationToken);
            await reservations.RegisterAsync(key, newKey: 0, persists: false, cancellationToken);
        }
        catch (ScsiCommandException conflict) when (conflict.Status == ScsiStatus.ReservationConflict)
        {
            // We are not registered any more.
        }
    }

    private async Task<bool> HasOthersAsync(CancellationToken cancellationToken)
    {
        ReservationKeys keys = await reservations.ReadKeysAsync(cancellationToken);
        CurrentReservation current = await reservations.ReadReservationAsync(cancellationToken);
        return keys.Keys.Any(each => each != key) || current.Holder is { } holder && holder.Key != key;
    }

    private async Task<bool> TryReserveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await reservations.ReserveAsync(key, Type, cancellationToken);
            return true;
        }
        catch (ScsiCommandException conflict) when (conflict.Status == ScsiStatus.ReservationConflict)
        {
            return await TryTakeOverAsync(cancellationToken);
        }
    }

    // An earlier session of ours holds the unit under the same key: it ended without giving it back.
    private async Task<bool> TryTakeOverAsync(CancellationToken cancellationToken)
    {
        CurrentReservation current = await reservations.ReadReservationAsync(cancellationToken);
        if (current.Holder is not { } holder || holder.Key != key)
        {
            return false;
        }

        await PreemptOurselvesAsync(cancellationToken);
        return true;
    }

    // What the earlier session may still have under way is not to reach the disk after us.
    private async Task PreemptOurselvesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await reservations.PreemptAsync(key, key, Type, abortsTasks: true, cancellationToken);
        }
        catch (ScsiCommandException refusal) when (IsUnknown(refusal))
        {
            // COMPAT: tgt can preempt, but not abort along with it. It ends the tasks with their session.
            await reservations.PreemptAsync(key, key, Type, abortsTasks: false, cancellationToken);
        }
    }

    private static bool IsUnknown(ScsiCommandException refusal) =>
        refusal.Outcome is OutcomeKind.CommandNotSupported or OutcomeKind.IllegalRequest;
}
