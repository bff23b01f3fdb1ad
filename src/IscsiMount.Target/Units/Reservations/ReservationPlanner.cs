using IscsiMount.Primitives;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units.Work;

namespace IscsiMount.Target.Units.Reservations;

/// <summary>PERSISTENT RESERVE IN and OUT, and their predecessors RESERVE (6) and RELEASE (6).</summary>
internal static class ReservationPlanner
{
    // LIMIT: names of other initiators that come with a registration.
    private const int ParameterListLengthMax = 16 * 1024;

    // All that read pass a reservation that lets others read, MODE SENSE among them (SPC-4, ALLOW COMMANDS).
    private const byte AllowReading = 3;

    public static CommandPlan PlanReport(in CdbBytes cdb)
    {
        var command = PersistentReserveIn.Read(cdb);
        return new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, _) =>
                new(UnitReply.Say(Report(request.User.Unit, command.Report), command.AllocationLength)),
            WorksWhileStopped = true,
        };
    }

    public static CommandPlan PlanAction(in CdbBytes cdb)
    {
        var command = PersistentReserveOut.Read(cdb);
        bool hasType = command.Action is ReservationAction.Reserve or ReservationAction.Release
            or ReservationAction.Preempt or ReservationAction.PreemptAndAbort;
        if (hasType && (command.Scope != 0 || !Enum.IsDefined(command.Type)))
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2)));
        }

        bool isLengthWrong = command.ParameterListLength is < ReservationParameters.Length or > ParameterListLengthMax;
        return isLengthWrong
            ? CommandPlan.Refuse(SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError))
            : new CommandPlan
            {
                Kind = PlanKind.Work,
                Work = (request, token) => ActAsync(request, command, token),
                HasDataOut = true,
                DataLength = command.ParameterListLength,
                WorksWhileStopped = true,
            };
    }

    public static CommandPlan PlanReserve() => new()
    {
        Kind = PlanKind.Work,
        Work = static (request, _) => new(Reserve(request.User)),
        WorksWhileStopped = true,
    };

    public static CommandPlan PlanRelease() => new()
    {
        Kind = PlanKind.Work,
        Work = static (request, _) => new(Release(request.User)),
        WorksWhileStopped = true,
    };

    // Who is registered or holds the unit anyway gets what it wants, without effect; others do not (SPC-3, CRH).
    private static UnitReply Reserve(NexusUnit user)
    {
        LogicalUnit unit = user.Unit;
        lock (unit.Lock)
        {
            ReservationState state = unit.Reservations.State;
            if (state.Registrations.Count > 0)
            {
                bool mayPass = state.IsHeldBy(user.Port)
                    || (state.Type is { } type && type.IncludesRegistrants() && state.IsRegistered(user.Port));
                return mayPass ? UnitReply.Good : UnitReply.Refuse(Refusal.Reserved);
            }

            if (unit.Reservations.Holder is { } holder && holder != user)
            {
                return UnitReply.Refuse(Refusal.Reserved);
            }

            unit.Reservations.Holder = user;
            return UnitReply.Good;
        }
    }

    private static UnitReply Release(NexusUnit user)
    {
        lock (user.Unit.Lock)
        {
            user.Unit.Reservations.EndOldReservation(user);
            return UnitReply.Good;
        }
    }

    private static IScsiAnswer Report(LogicalUnit unit, ReservationReport report)
    {
        ReservationState state = unit.Reservations.State;
        return report switch
        {
            ReservationReport.Keys => new ReservationKeys
            {
                Generation = state.Generation,
                Keys = [.. state.Registrations.Select(each => each.Key)],
            },
            ReservationReport.Reservation => new CurrentReservation
            {
                Generation = state.Generation,
                Holder = state.Type is { } type
                    ? (state.Holder is { } holder ? state.KeyOf(holder) ?? 0 : 0, type)
                    : null,
            },
            ReservationReport.Capabilities => new ReservationCapabilities
            {
                HandlesOldReserve = true,
                CanPersist = unit.Reservations.CanPersist,
                DoesPersist = state.Persists,
                TakesAllPorts = true,
                AllowCommands = AllowReading,
                HasAllTypes = true,
            },
            ReservationReport.FullStatus => new FullReservationStatus
            {
                Generation = state.Generation,
                Registrants = [.. state.Registrations.Select(each => Describe(state, each))],
            },
            _ => throw new InvariantViolationException("the table of operations knows the report"),
        };
    }

    private static ReservationRegistrant Describe(ReservationState state, Registration each) => new()
    {
        Key = each.Key,
        Initiator = new() { InitiatorName = each.Port.Name, Isid = each.Port.Isid.Value },
        RelativePort = DiskPaths.RelativePort,
        Held = state.IsHeldBy(each.Port) ? state.Type : null,
    };

    private static async ValueTask<UnitReply> ActAsync(
        UnitRequest request, PersistentReserveOut command, CancellationToken cancellationToken)
    {
        LogicalUnit unit = request.User.Unit;
        if (unit.Reservations.CanPersist)
        {
            // The file is written by calls that block, and this may be the thread that receives.
            await Task.Yield();
        }

        cancellationToken.ThrowIfCancellationRequested();
        ReservationChange change;
        lock (unit.Reservations.Turn)
        {
            change = Decide(request, command);
            if (change.Refusal is { } refusal)
            {
                return UnitReply.Refuse(refusal);
            }

            unit.Reservations.Keep(change.Next);
        }

        foreach ((InitiatorPort port, AdditionalSense condition) in change.News)
        {
            unit.Tell(condition, user => user.Port == port);
        }

        await AbortAsync(unit, change.Aborted);
        return UnitReply.Good;
    }

    private static ReservationChange Decide(UnitRequest request, PersistentReserveOut command)
    {
        UnitReservations reservations = request.User.Unit.Reservations;
        ReservationState state = reservations.State;
        try
        {
            if (command.Action == ReservationAction.RegisterAndMove)
            {
                MoveParameters move = MoveParameters.Read(request.Data.Span);
                return move.Persists && !reservations.CanPersist
                    ? Refused(state, new CdbField(17, 0))
                    : Move(state, request.User.Port, move);
            }

            ReservationParameters parameters = ReservationParameters.Read(request.Data.Span);
            CdbField? unsupported = parameters.Initiators is not null ? new CdbField(20, 3)
                : parameters.Persists && !reservations.CanPersist ? new CdbField(20, 0)
                : null;
            return unsupported is { } field
                ? Refused(state, field)
                : ReservationRules.Apply(state, request.User.Port, command, parameters);
        }
        catch (ProtocolViolationException)
        {
            return new()
            {
                Next = state,
                Refusal = new(
                    ScsiStatus.CheckCondition, SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError)),
            };
        }
    }

    private static ReservationChange Move(ReservationState state, InitiatorPort port, MoveParameters move) =>
        move.RelativePort != DiskPaths.RelativePort ? Refused(state, new CdbField(18))
        : move.Initiator.Isid is not { } isid ? Refused(state, new CdbField(24))
        : ReservationRules.Move(state, port, new(move.Initiator.InitiatorName, new Isid(isid)), move);

    private static ReservationChange Refused(ReservationState state, CdbField field) => new()
    {
        Next = state,
        Refusal = new(ScsiStatus.CheckCondition, SenseData.InvalidFieldInParameterList(field)),
    };

    // The answer is given when it is true: when no device does anything for those any more.
    private static async Task AbortAsync(LogicalUnit unit, IReadOnlyList<InitiatorPort> victims)
    {
        var areGone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = new TaskManagementWait(areGone.SetResult);
        foreach (NexusUnit victim in unit.UsersBut(null).Where(user => victims.Contains(user.Port)))
        {
            if (victim.Runner is { } runner)
            {
                new TaskAborts(runner).AbortAll(task => ReferenceEquals(task.Unit, victim), wait, isOwn: false);
            }
        }

        wait.Release();
        await areGone.Task;
    }
}
