using IscsiMount.Scsi;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units.Reservations;

/// <summary>
/// Who is registered with a unit, and who holds it (SPC-4, persistent reservations). It is a value: each action yields
/// the next one, so that what is stored and what is in force cannot differ.
/// </summary>
internal sealed record ReservationState
{
    /// <summary>LIMIT: initiators that are registered with one unit.</summary>
    public const int RegistrantsMax = 256;

    public static readonly ReservationState Empty = new();

    /// <summary>Counts changes since the target was started.</summary>
    public uint Generation { get; init; }

    /// <summary>Whether it outlives a restart of the target.</summary>
    public bool Persists { get; init; }

    public ValueList<Registration> Registrations { get; init; } = [];

    /// <summary>The type of the reservation, if there is one.</summary>
    public ReservationType? Type { get; init; }

    /// <summary>Who holds it, unless all that are registered do so together.</summary>
    public InitiatorPort? Holder { get; init; }

    public bool IsRegistered(InitiatorPort port) => KeyOf(port) is not null;

    public ulong? KeyOf(InitiatorPort port)
    {
        foreach (Registration each in Registrations)
        {
            if (each.Port == port)
            {
                return each.Key;
            }
        }

        return null;
    }

    public bool IsHeldBy(InitiatorPort port) =>
        Type is { } type && (type.IsHeldByAll() ? IsRegistered(port) : Holder == port);

    /// <summary>Whether a command of this initiator may not be executed.</summary>
    public bool Conflicts(InitiatorPort port, UnitAccess access)
    {
        if (Type is not { } type || access is UnitAccess.Free or UnitAccess.Identify || IsHeldBy(port))
        {
            return false;
        }

        bool isAllowed = (type.IncludesRegistrants() && IsRegistered(port))
            || (access == UnitAccess.Read && type.AllowsReading());
        return !isAllowed;
    }

    /// <summary>With a key for an initiator; a key of zero takes it away. Who leaves gives up what it held.</summary>
    public ReservationState With(InitiatorPort port, ulong key)
    {
        Registration[] others = [.. Registrations.Where(each => each.Port != port)];
        ValueList<Registration> next = key == 0 ? [.. others] : [.. others, new(port, key)];
        bool isReleased = Type is { } type && (type.IsHeldByAll() ? next.Count == 0 : key == 0 && Holder == port);
        return isReleased
            ? this with { Registrations = next, Type = null, Holder = null }
            : this with { Registrations = next };
    }

    /// <summary>Held by an initiator.</summary>
    public ReservationState Held(InitiatorPort port, ReservationType type) =>
        this with { Type = type, Holder = type.IsHeldByAll() ? null : port };

    public ReservationState Counted() => this with { Generation = unchecked(Generation + 1) };
}

/// <summary>One that is registered.</summary>
internal readonly record struct Registration(InitiatorPort Port, ulong Key);

/// <summary>What an action makes of the state, and who has to hear of it.</summary>
internal sealed record ReservationChange
{
    public Refusal? Refusal { get; init; }

    public required ReservationState Next { get; init; }

    public IReadOnlyList<(InitiatorPort Port, AdditionalSense Condition)> News { get; init; } = [];

    /// <summary>Those whose tasks are aborted.</summary>
    public IReadOnlyList<InitiatorPort> Aborted { get; init; } = [];
}
