using IscsiMount.Protocol;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Target.Units.Reservations;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

[Requirement("SCSI-23", "SCSI-24")]
public sealed class ReservationRulesTests
{
    private static readonly InitiatorPort A = new("iqn.2026-01.example:a", new Isid(1));
    private static readonly InitiatorPort B = new("iqn.2026-01.example:b", new Isid(1));
    private static readonly InitiatorPort C = new("iqn.2026-01.example:a", new Isid(2));

    private static readonly ReservationState Registered = ReservationState.Empty.With(A, 1).With(B, 2);

    [Fact]
    public void Registering_counts_and_needs_the_key_that_is_there()
    {
        ReservationState state = Done(ReservationState.Empty, A, ReservationAction.Register, key: 0, actionKey: 7);

        Assert.Equal((1u, 7UL), (state.Generation, state.KeyOf(A)));
        Assert.Equal(Refusal.Reserved, Refused(state, A, ReservationAction.Register, key: 0, actionKey: 8));
        Assert.Equal(8UL, Done(state, A, ReservationAction.Register, key: 7, actionKey: 8).KeyOf(A));
        Assert.Null(Done(state, A, ReservationAction.Register, key: 7, actionKey: 0).KeyOf(A));
        Assert.Equal(
            9UL, Done(state, A, ReservationAction.RegisterAndIgnoreExistingKey, key: 0, actionKey: 9).KeyOf(A));
    }

    [Theory]
    [InlineData(ReservationAction.Reserve)]
    [InlineData(ReservationAction.Release)]
    [InlineData(ReservationAction.Clear)]
    [InlineData(ReservationAction.Preempt)]
    [InlineData(ReservationAction.PreemptAndAbort)]
    public void Who_is_not_registered_or_gives_another_key_gets_a_conflict(ReservationAction action)
    {
        Assert.Equal(Refusal.Reserved, Refused(Registered, C, action, key: 0, actionKey: 2));
        Assert.Equal(Refusal.Reserved, Refused(Registered, A, action, key: 2, actionKey: 2));
    }

    [Fact]
    public void A_reservation_keeps_others_from_reserving_and_does_not_count()
    {
        ReservationState state = Done(Registered, A, ReservationAction.Reserve, 1);

        Assert.Equal((Registered.Generation, true), (state.Generation, state.IsHeldBy(A)));
        Assert.Equal(Refusal.Reserved, Refused(state, B, ReservationAction.Reserve, 2));
        Assert.Equal(
            Refusal.Reserved,
            Apply(state, A, ReservationAction.Reserve, 1, type: ReservationType.ExclusiveAccess).Refusal);
        Assert.Equal(state, Done(state, A, ReservationAction.Reserve, 1));
    }

    [Fact]
    public void Only_the_holder_releases_and_only_what_it_holds()
    {
        ReservationState state = Done(Registered, A, ReservationAction.Reserve, 1);

        Assert.Equal(state, Done(state, B, ReservationAction.Release, 2));
        Assert.Equal(
            AdditionalSense.InvalidRelease,
            Apply(state, A, ReservationAction.Release, 1, type: ReservationType.ExclusiveAccess).Refusal!.Sense!.Value
                .Additional);
        Assert.Null(Done(state, A, ReservationAction.Release, 1).Type);
    }

    [Theory]
    [InlineData(ReservationType.WriteExclusive, false)]
    [InlineData(ReservationType.WriteExclusiveRegistrantsOnly, true)]
    [InlineData(ReservationType.ExclusiveAccessAllRegistrants, true)]
    public void Those_that_lose_a_right_by_a_release_hear_of_it(ReservationType type, bool hears)
    {
        ReservationChange change = Apply(Registered.Held(A, type), A, ReservationAction.Release, 1, type: type);

        Assert.Equal(hears ? [(B, AdditionalSense.ReservationsReleased)] : [], change.News);
    }

    [Fact]
    public void Who_leaves_gives_up_what_it_holds_but_what_all_hold_stays_until_the_last()
    {
        ReservationState alone = Registered.Held(A, ReservationType.ExclusiveAccess);
        ReservationState together = Registered.Held(A, ReservationType.ExclusiveAccessAllRegistrants);

        Assert.Null(Done(alone, A, ReservationAction.Register, 1).Type);
        ReservationState rest = Done(together, A, ReservationAction.Register, 1);
        Assert.Equal(ReservationType.ExclusiveAccessAllRegistrants, rest.Type);
        Assert.Null(Done(rest, B, ReservationAction.Register, 2).Type);
    }

    [Fact]
    public void Clearing_removes_everything_and_tells_the_others()
    {
        ReservationChange change = Apply(
            Registered.Held(B, ReservationType.WriteExclusive), A, ReservationAction.Clear, 1);

        Assert.Empty(change.Next.Registrations);
        Assert.Equal((null, 1u), (change.Next.Type, change.Next.Generation));
        Assert.Equal([(B, AdditionalSense.ReservationsPreempted)], change.News);
    }

    [Fact]
    public void Preempting_the_holder_takes_its_reservation_over()
    {
        ReservationChange change = Apply(
            Registered.Held(B, ReservationType.WriteExclusive), A, ReservationAction.PreemptAndAbort, 1, actionKey: 2,
            type: ReservationType.ExclusiveAccess);

        Assert.Equal((ReservationType.ExclusiveAccess, A), (change.Next.Type, change.Next.Holder));
        Assert.False(change.Next.IsRegistered(B));
        Assert.Equal([(B, AdditionalSense.RegistrationsPreempted)], change.News);
        Assert.Equal([B], change.Aborted);
    }

    [Fact]
    public void Preempting_another_only_removes_it()
    {
        ReservationChange change = Apply(
            Registered.Held(A, ReservationType.WriteExclusive), A, ReservationAction.Preempt, 1, actionKey: 2);

        Assert.Equal((ReservationType.WriteExclusive, A), (change.Next.Type, change.Next.Holder));
        Assert.False(change.Next.IsRegistered(B));
        Assert.Empty(change.Aborted);
        Assert.Equal(Refusal.Reserved, Refused(Registered, A, ReservationAction.Preempt, 1, actionKey: 99));
        Assert.Equal(
            AdditionalSense.InvalidFieldInParameterList,
            Refused(Registered, A, ReservationAction.Preempt, 1, actionKey: 0).Sense!.Value.Additional);
    }

    [Fact]
    public void A_key_of_zero_preempts_all_that_hold_it_together()
    {
        ReservationState state = Registered.Held(A, ReservationType.WriteExclusiveAllRegistrants);

        ReservationState next = Done(state, A, ReservationAction.Preempt, 1);

        Assert.Equal((A, ReservationType.WriteExclusive), (next.Holder, next.Type));
        Assert.False(next.IsRegistered(B));
    }

    [Fact]
    public void The_holder_moves_its_reservation_to_another()
    {
        ReservationState state = Registered.Held(A, ReservationType.WriteExclusive);
        var move = new MoveParameters
        {
            Key = 1,
            ActionKey = 3,
            Unregisters = true,
            RelativePort = 1,
            Initiator = new() { InitiatorName = C.Name, Isid = C.Isid.Value },
        };

        ReservationState next = ReservationRules.Move(state, A, C, move).Next;

        Assert.Equal((C, 3UL, false), (next.Holder, next.KeyOf(C), next.IsRegistered(A)));
        Assert.Equal(Refusal.Reserved, ReservationRules.Move(state, B, C, move with { Key = 2 }).Refusal);
    }

    [Fact]
    public void There_is_an_end_to_the_room_for_registrations()
    {
        ReservationState state = ReservationState.Empty;
        for (uint i = 0; i < ReservationState.RegistrantsMax; i++)
        {
            state = state.With(new(A.Name, new Isid(100 + i)), 1);
        }

        Assert.Equal(
            AdditionalSense.RegistrationResourcesExhausted,
            Refused(state, A, ReservationAction.Register, 0, actionKey: 1).Sense!.Value.Additional);
    }

    // The rows are those of the table of commands that are allowed in the presence of reservations (SPC-4).
    [Theory]
    [InlineData(ReservationType.WriteExclusive, true, false, true, false)]
    [InlineData(ReservationType.ExclusiveAccess, false, false, false, false)]
    [InlineData(ReservationType.WriteExclusiveRegistrantsOnly, true, true, true, false)]
    [InlineData(ReservationType.ExclusiveAccessRegistrantsOnly, true, true, false, false)]
    [InlineData(ReservationType.WriteExclusiveAllRegistrants, true, true, true, false)]
    [InlineData(ReservationType.ExclusiveAccessAllRegistrants, true, true, false, false)]
    public void Others_may_do_what_the_type_allows(
        ReservationType type, bool mayReadIfRegistered, bool mayWriteIfRegistered, bool mayRead, bool mayWrite)
    {
        ReservationState state = Registered.Held(A, type);

        Assert.False(state.Conflicts(A, UnitAccess.Write));
        Assert.Equal(mayReadIfRegistered, !state.Conflicts(B, UnitAccess.Read));
        Assert.Equal(mayWriteIfRegistered, !state.Conflicts(B, UnitAccess.Write));
        Assert.Equal(mayRead, !state.Conflicts(C, UnitAccess.Read));
        Assert.Equal(mayWrite, !state.Conflicts(C, UnitAccess.Write));
        Assert.False(state.Conflicts(C, UnitAccess.Free));
    }

    private static ReservationState Done(
        ReservationState state, InitiatorPort port, ReservationAction action, ulong key, ulong actionKey = 0)
    {
        ReservationChange change = Apply(state, port, action, key, actionKey);
        Assert.Null(change.Refusal);
        return change.Next;
    }

    private static Refusal Refused(
        ReservationState state, InitiatorPort port, ReservationAction action, ulong key, ulong actionKey = 0)
    {
        ReservationChange change = Apply(state, port, action, key, actionKey);
        Assert.Equal(state, change.Next);
        return change.Refusal!;
    }

    private static ReservationChange Apply(
        ReservationState state,
        InitiatorPort port,
        ReservationAction action,
        ulong key,
        ulong actionKey = 0,
        ReservationType type = ReservationType.WriteExclusive)
    {
        return ReservationRules.Apply(
            state, port, new() { Action = action, Type = type }, new() { Key = key, ActionKey = actionKey });
    }
}
