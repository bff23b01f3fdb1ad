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
        int length = await RunAsync(lun, cdb, answer, cancellationToken);
        return query.ReadAnswer(answer.AsSpan(0, length));
    }

    /// <summary>Runs a command without data.</summary>
    public async Task ExecuteAsync(
        LogicalUnitNumber lun, Scsi.ScsiCommand command, CancellationToken cancellationToken)
    {
        CdbBytes cdb = default;
        command.WriteCdb(cdb);
        await RunAsync(lun, cdb, default, cancellationToken);
    }

    /// <exception cref="ScsiCommandException">The unit did not carry it out, also not when it was repeated.</exception>
    private async Task<int> RunAsync(
        LogicalUnitNumber lun, CdbBytes cdb, Memory<byte> readInto, CancellationToken cancellationToken)
    {
        for (int repetition = 0; true; repetition++)
        {
            CommandResult result = await RunOnceAsync(lun, cdb, readInto, cancellationToken);
            var outcome = CommandOutcome.Of(result.Status, result.Sense);
            if (outcome.Reaction == OutcomeReaction.Accept)
            {
                return result.TransferredLength;
            }

            if (repetition == RepetitionPolicy.RepetitionsMax || !MayRepeat(outcome.Reaction))
            {
                throw new ScsiCommandException(
                    (OperationCode)cdb.AsSpan()[0], firstBlock: null, result.Status, result.Sense);
            }

            await PrepareRepetitionAsync(lun, outcome.Reaction, repetition, cancellationToken);
        }
    }

    private static bool MayRepeat(OutcomeReaction reaction) =>
        reaction is OutcomeReaction.Repeat or OutcomeReaction.RepeatLater or OutcomeReaction.StartUnit;

    private async Task PrepareRepetitionAsync(
        LogicalUnitNumber lun, OutcomeReaction reaction, int repetition, CancellationToken cancellationToken)
    {
        if (reaction == OutcomeReaction.StartUnit)
        {
            CdbBytes start = default;
            new StartStopUnit { Start = true }.WriteCdb(start);
            await RunOnceAsync(lun, start, default, cancellationToken);
        }

        if (reaction != OutcomeReaction.Repeat)
        {
            await Task.Delay(RepetitionPolicy.PauseBefore(repetition), time, cancellationToken);
        }
    }

    private async Task<CommandResult> RunOnceAsync(
        LogicalUnitNumber lun, CdbBytes cdb, Memory<byte> readInto, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var owner = new SingleCommand(lun, units);
        port.Submit(new CommandRequest { Lun = lun, Cdb = cdb, ReadInto = readInto, Owner = owner, Unit = unit });
        using (cancellationToken.UnsafeRegister(
            (_, token) => port.Cancel(owner, new OperationCanceledException(token)), null))
        {
            CommandResult result = await owner.Result;
            return result.Fault is { } fault ? throw fault : result;
        }
    }
}
