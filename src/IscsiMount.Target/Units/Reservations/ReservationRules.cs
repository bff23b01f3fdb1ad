using IscsiMount.Scsi;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units.Reservations;

/// <summary>What the actions of PERSISTENT RESERVE OUT do (SPC-4). A state goes in, the next one comes out.</summary>
internal static class ReservationRules
{
    public static ReservationChange Apply(
        ReservationState state, InitiatorPort port, PersistentReserveOut command, ReservationParameters parameters)
    {
        bool ignoresKey = command.Action == ReservationAction.RegisterAndIgnoreExistingKey;
        bool registers = ignoresKey || command.Action == ReservationAction.Register;
        ulong? key = state.KeyOf(port);
        bool knowsKey = ignoresKey || parameters.Key == (key ?? 0);
        if (!knowsKey || (key is null && !registers))
        {
            return Refused(state, Refusal.Reserved);
        }

        return command.Action switch
        {
            ReservationAction.Reserve => Reserve(state, port, command.Type),
            ReservationAction.Release => Release(state, port, command.Type),
            ReservationAction.Clear => Clear(state, port),
            ReservationAction.Preempt or ReservationAction.PreemptAndAbort =>
                Preempt(state, port, command, parameters.ActionKey),
            _ => Register(state, port, parameters),
        };
    }

    /// <summary>REGISTER AND MOVE: the holder hands the reservation to another.</summary>
    public static ReservationChange Move(
        ReservationState state, InitiatorPort port, InitiatorPort to, MoveParameters parameters)
    {
        bool isHolder = state.Type is { } type && !type.IsHeldByAll() && state.Holder == port;
        if (state.KeyOf(port) != parameters.Key || !isHolder)
        {
            return Refused(state, Refusal.Reserved);
        }

        if (parameters.ActionKey == 0 || to == port)
        {
            return Refused(state, SenseData.InvalidFieldInParameterList(new CdbField(8)));
        }

        ReservationState next = state.With(to, parameters.ActionKey) with
        {
            Holder = to,
            Persists = parameters.Persists,
        };
        return Bounded(state, new ReservationChange
        {
            Next = (parameters.Unregisters ? next.With(port, 0) : next).Counted(),
        });
    }

    private static ReservationChange Register(
        ReservationState state, InitiatorPort port, ReservationParameters parameters)
    {
        ReservationState next = state.With(port, parameters.ActionKey) with { Persists = parameters.Persists };
        bool isReleased = state.Type is not null && next.Type is null;
        return Bounded(state, new ReservationChange
        {
            Next = next.Counted(),
            News = isReleased ? ReleaseNews(state, next, port) : [],
        });
    }

    private static ReservationChange Reserve(ReservationState state, InitiatorPort port, ReservationType type)
    {
        if (state.Type is null)
        {
            return new() { Next = state.Held(port, type) };
        }

        bool isSame = state.IsHeldBy(port) && state.Type == type;
        return isSame ? new() { Next = state } : Refused(state, Refusal.Reserved);
    }

    private static ReservationChange Release(ReservationState state, InitiatorPort port, ReservationType type)
    {
        if (!state.IsHeldBy(port))
        {
            return new() { Next = state };
        }

        if (state.Type != type)
        {
            return Refused(state, SenseData.IllegalRequest(AdditionalSense.InvalidRelease));
        }

        ReservationState next = state with { Type = null, Holder = null };
        return new() { Next = next, News = ReleaseNews(state, next, port) };
    }

    private static ReservationChange Clear(ReservationState state, InitiatorPort port) => new()
    {
        Next = (state with { Registrations = [], Type = null, Holder = null }).Counted(),
        News = Tell(state, port, AdditionalSense.ReservationsPreempted),
    };

    private static ReservationChange Preempt(
        ReservationState state, InitiatorPort port, PersistentReserveOut command, ulong key)
    {
        bool isHeldByAll = state.Type is { } held && held.IsHeldByAll();
        if (key == 0 && !isHeldByAll)
        {
            return Refused(state, SenseData.InvalidFieldInParameterList(new CdbField(8)));
        }

        InitiatorPort[] victims =
        [
            .. state.Registrations
                .Where(each => each.Port != port && (key == 0 || each.Key == key))
                .Select(each => each.Port),
        ];
        bool isOwnKey = state.KeyOf(port) == key;
        if (victims.Length == 0 && !isOwnKey && key != 0)
        {
            return Refused(state, Refusal.Reserved);
        }

        bool takesOver = state.Type is not null
            && (isHeldByAll ? key == 0 : state.Holder is { } holder && state.KeyOf(holder) == key);
        ReservationState next = victims.Aggregate(state, (each, victim) => each.With(victim, 0));
        next = takesOver ? next.Held(port, command.Type) : next;
        bool hasChangedType = takesOver && state.Type != next.Type;
        return new()
        {
            Next = next.Counted(),
            Aborted = command.Action == ReservationAction.PreemptAndAbort ? victims : [],
            News =
            [
                .. victims.Select(victim => (victim, AdditionalSense.RegistrationsPreempted)),
                .. hasChangedType ? Tell(next, port, AdditionalSense.ReservationsReleased) : [],
            ],
        };
    }

    // Those that could do more than others hear that they no longer can.
    private static (InitiatorPort Port, AdditionalSense Condition)[] ReleaseNews(
        ReservationState before, ReservationState after, InitiatorPort port) =>
        before.Type is { } type && type.IncludesRegistrants()
            ? Tell(after, port, AdditionalSense.ReservationsReleased)
            : [];

    private static (InitiatorPort Port, AdditionalSense Condition)[] Tell(
        ReservationState state, InitiatorPort but, AdditionalSense condition) =>
    [
        .. state.Registrations
            .Where(each => each.Port != but)
            .Select(each => (each.Port, condition)),
    ];

    private static ReservationChange Bounded(ReservationState state, ReservationChange change) =>
        change.Next.Registrations.Count > ReservationState.RegistrantsMax
            ? Refused(state, SenseData.IllegalRequest(AdditionalSense.RegistrationResourcesExhausted))
            : change;

    private static ReservationChange Refused(ReservationState state, SenseData sense) =>
        Refused(state, new Refusal(ScsiStatus.CheckCondition, sense));

    private static ReservationChange Refused(ReservationState state, Refusal refusal) =>
        new() { Next = state, Refusal = refusal };
}
