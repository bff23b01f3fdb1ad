using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Sessions;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Initiator.Units;

/// <summary>Runs commands that ask or tell, and repeats them where the unit only had other news.</summary>
/// <param name="port">Where they go in.</param>
/// <param name="time">The clock for pauses.</param>
/// <param name="units">Hears what units report of themselves.</param>
/// <param name="unit">The one unit that is meant, if it matters that it is the one which was opened.</param>
internal sealed class CommandRunner(
    ICommandPort port, TimeProvider time, UnitRegister units, UnitStanding? unit = null)
{
    /// <summary>The same for one unit.</summary>
    public CommandRunner For(UnitStanding standing) => new(port, time, units, standing);

    public async Task<TAnswer> AskAsync<TAnswer>(
        LogicalUnitNumber lun, IScsiQuery<TAnswer> query, CancellationToken cancellationToken)
    {
        CdbBytes cdb = default;
        query.WriteCdb(cdb);
        byte[] answer = new byte[query.AllocationLength];
        int length = await RunAsync(new Exchange(lun, cdb, answer, default), cancellationToken);
        return query.ReadAnswer(answer.AsSpan(0, length));
    }

    /// <summary>Runs a command without data.</summary>
    public async Task ExecuteAsync(
        LogicalUnitNumber lun, Scsi.ScsiCommand command, CancellationToken cancellationToken)
    {
        CdbBytes cdb = default;
        command.WriteCdb(cdb);
        await SendAsync(lun, cdb, default, cancellationToken);
    }

    /// <summary>Runs a command with data that goes to the unit, or none.</summary>
    public async Task SendAsync(
        LogicalUnitNumber lun, CdbBytes cdb, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        await RunAsync(new Exchange(lun, cdb, default, data), cancellationToken);

    /// <exception cref="ScsiCommandException">The unit did not carry it out, also not when it was repeated.</exception>
    private async Task<int> RunAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var code = (OperationCode)exchange.Cdb.AsSpan()[0];
        for (int repetition = 0; true; repetition++)
        {
            CommandResult result = await RunOnceAsync(exchange, cancellationToken);
            var outcome = CommandOutcome.Of(result.Status, result.Sense);
            if (outcome.Reaction == OutcomeReaction.Accept)
            {
                return result.TransferredLength;
            }

            if (repetition == RepetitionPolicy.RepetitionsMax || !MayRepeat(outcome, code))
            {
                throw new ScsiCommandException(code, firstBlock: null, result.Status, result.Sense);
            }

            await PrepareRepetitionAsync(exchange.Lun, outcome.Reaction, repetition, cancellationToken);
        }
    }

    // A command that was aborted may have been carried out before. All other ends that are worth a repetition say that
    // it did not begin.
    private static bool MayRepeat(CommandOutcome outcome, OperationCode code)
    {
        bool isUseful = outcome.Reaction
            is OutcomeReaction.Repeat
            or OutcomeReaction.RepeatLater
            or OutcomeReaction.StartUnit;
        bool mayHaveRun = outcome.Kind is OutcomeKind.Aborted or OutcomeKind.HardwareError;
        return isUseful && (!mayHaveRun || Replay.MayBeDoneTwice(code));
    }

    private async Task PrepareRepetitionAsync(
        LogicalUnitNumber lun, OutcomeReaction reaction, int repetition, CancellationToken cancellationToken)
    {
        if (reaction == OutcomeReaction.StartUnit)
        {
            CdbBytes start = default;
            new StartStopUnit { Start = true }.WriteCdb(start);
            await RunOnceAsync(new Exchange(lun, start, default, default), cancellationToken);
        }

        if (reaction != OutcomeReaction.Repeat)
        {
            await Task.Delay(RepetitionPolicy.PauseBefore(repetition), time, cancellationToken);
        }
    }

    private async Task<CommandResult> RunOnceAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var owner = new SingleCommand(exchange.Lun, units);
        port.Submit(new CommandRequest
        {
            Lun = exchange.Lun,
            Cdb = exchange.Cdb,
            ReadInto = exchange.ReadInto,
            WriteFrom = exchange.WriteFrom,
            Owner = owner,
            Unit = unit,
        });
        using (cancellationToken.UnsafeRegister(
            (_, token) => port.Cancel(owner, new OperationCanceledException(token)), null))
        {
            CommandResult result = await owner.Result;
            return result.Fault is { } fault ? throw fault : result;
        }
    }

    /// <summary>A command with its data in one direction, or in none.</summary>
    private readonly record struct Exchange(
        LogicalUnitNumber Lun, CdbBytes Cdb, Memory<byte> ReadInto, ReadOnlyMemory<byte> WriteFrom);
}
