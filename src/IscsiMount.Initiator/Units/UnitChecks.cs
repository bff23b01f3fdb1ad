using IscsiMount.Block;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Initiator.Units;

/// <summary>Compares what is on a logical unit with what should be there, without its being sent to us.</summary>
internal sealed class UnitChecks(UnitCommands commands, BlockEngine engine)
{
    // BYTCHK: nothing is compared, the unit only reads; or each byte is.
    private const byte MediumOnly = 0;
    private const byte EachByte = 1;

    /// <summary>Lets the unit read blocks, and fails where it cannot.</summary>
    public async Task VerifyAsync(BlockRange range, CancellationToken cancellationToken)
    {
        for (uint done = 0; done < range.Count;)
        {
            BlockRange piece = PieceOf(range, done);
            await commands.SendAsync(Verification(piece, MediumOnly), default, cancellationToken);
            done += piece.Count;
        }
    }

    /// <returns>False if a byte is another one.</returns>
    public async Task<bool> VerifyAsync(
        BlockRange range, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        for (uint done = 0; done < range.Count;)
        {
            BlockRange piece = PieceOf(range, done);
            ReadOnlyMemory<byte> part = expected.Slice((int)done * engine.BlockLength, engine.LengthOf(piece));
            if (!await MatchesAsync(commands.SendAsync(Verification(piece, EachByte), part, cancellationToken)))
            {
                return false;
            }

            done += piece.Count;
        }

        return true;
    }

    /// <summary>Replaces blocks if they are what they are thought to be, and nothing comes between.</summary>
    /// <returns>False if they were not; then nothing was written.</returns>
    public Task<bool> TryReplaceAsync(
        BlockRange range,
        ReadOnlyMemory<byte> expected,
        ReadOnlyMemory<byte> replacement,
        CancellationToken cancellationToken)
    {
        byte[] both = [.. expected.Span, .. replacement.Span];
        var command = new CompareAndWrite { FirstBlock = range.First, BlockCount = (byte)range.Count };
        return MatchesAsync(commands.SendAsync(command, both, cancellationToken));
    }

    private static async Task<bool> MatchesAsync(Task comparison)
    {
        try
        {
            await comparison;
            return true;
        }
        catch (ScsiCommandException difference) when (difference.Outcome == OutcomeKind.Miscompare)
        {
            return false;
        }
    }

    private BlockRange PieceOf(BlockRange range, uint done) =>
        new(range.First + done, Math.Min(engine.BlocksPerCommandMax, range.Count - done));

    private BlockTransfer Verification(BlockRange piece, byte byteCheck) => new()
    {
        Kind = TransferKind.Verify,
        Form = engine.Form,
        FirstBlock = piece.First,
        BlockCount = piece.Count,
        ByteCheck = byteCheck,
    };
}
