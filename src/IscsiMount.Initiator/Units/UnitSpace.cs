using IscsiMount.Block;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Initiator.Units;

/// <summary>Clears blocks, gives their space back, and asks which have some, in the ways that a unit knows.</summary>
internal sealed class UnitSpace(UnitCommands commands, UnitLimits limits, int blockLength)
{
    // LIMIT: a unit that has to write all of it must end one command within its time.
    private const int ClearedLengthMax = 64 * 1024 * 1024;

    private readonly byte[] _zeros = new byte[blockLength];
    private volatile bool _cannotWriteSame;
    private volatile bool _cannotTellSpace = !limits.UnmappedReadsZeros;

    /// <summary>Whether blocks that are cleared give their space back.</summary>
    public bool CanFree => limits.CanUnmapByWriteSame || (limits.CanUnmap && limits.UnmappedReadsZeros);

    /// <summary>Makes blocks read as zeros.</summary>
    /// <returns>False if the unit cannot do that without being sent all the zeros.</returns>
    public async Task<bool> TryClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        if (_cannotWriteSame)
        {
            return false;
        }

        uint countMax = (uint)(ClearedLengthMax / blockLength);
        uint most = limits.WriteSameBlocksMax == 0 ? countMax : (uint)Math.Min(countMax, limits.WriteSameBlocksMax);
        for (uint done = 0; done < range.Count;)
        {
            uint count = Math.Min(most, range.Count - done);
            if (!await TryWriteZerosAsync(new BlockRange(range.First + done, count), cancellationToken))
            {
                _cannotWriteSame = true;
                return false;
            }

            done += count;
        }

        await FreeZerosAsync(range, cancellationToken);
        return true;
    }

    /// <summary>Takes the space of blocks. What they read as then is the unit's choice.</summary>
    public async Task UnmapAsync(IEnumerable<BlockRange> ranges, CancellationToken cancellationToken)
    {
        foreach (UnmapList list in UnmapPlan.Of(ranges, limits))
        {
            await commands.SendAsync(
                new Unmap { ParameterListLength = list.WireLength }, list, cancellationToken);
        }
    }

    /// <summary>
    /// Asks whether blocks have space; nothing if the unit does not say, or what it says is of no use.
    /// </summary>
    public async Task<SpaceRun?> FindAsync(ulong firstBlock, CancellationToken cancellationToken)
    {
        if (_cannotTellSpace)
        {
            return null;
        }

        try
        {
            LbaStatusList status = await commands.AskAsync(
                new GetLbaStatus { FirstBlock = firstBlock }, cancellationToken);
            return Read(status, firstBlock);
        }
        catch (ScsiCommandException refusal) when (IsUnknown(refusal))
        {
            _cannotTellSpace = true;
            return null;
        }
    }

    // Runs of one kind behind each other are one. A unit that begins elsewhere than it was asked to is not believed.
    private static SpaceRun? Read(LbaStatusList status, ulong firstBlock)
    {
        if (status.Runs.Count == 0 || status.Runs[0].Blocks.Count == 0 || status.Runs[0].Blocks.First != firstBlock)
        {
            return null;
        }

        bool hasSpace = HasSpace(status.Runs[0]);
        ulong end = firstBlock;
        foreach (LbaStatus run in status.Runs.TakeWhile(run => HasSpace(run) == hasSpace))
        {
            if (run.Blocks.First != end)
            {
                break;
            }

            end += run.Blocks.Count;
        }

        return new SpaceRun(end - firstBlock, hasSpace);
    }

    // Anchored blocks have a claim to space and read as those without.
    private static bool HasSpace(LbaStatus run) =>
        run.Status is not (ProvisioningStatus.Deallocated or ProvisioningStatus.Anchored);

    private static bool IsUnknown(ScsiCommandException refusal) =>
        refusal.Outcome is OutcomeKind.CommandNotSupported or OutcomeKind.IllegalRequest;

    private async Task<bool> TryWriteZerosAsync(BlockRange range, CancellationToken cancellationToken)
    {
        try
        {
            var command = new WriteSame
            {
                FirstBlock = range.First,
                BlockCount = range.Count,
                MayUnmap = limits.CanUnmapByWriteSame,
            };
            await commands.SendAsync(command, _zeros, cancellationToken);
            return true;
        }
        catch (ScsiCommandException refusal) when (IsUnknown(refusal))
        {
            return false;
        }
    }

    // Where the first command could not give the space back, a second one may: the blocks are zeros and stay so.
    private async Task FreeZerosAsync(BlockRange range, CancellationToken cancellationToken)
    {
        if (limits is { CanUnmapByWriteSame: false, CanUnmap: true, UnmappedReadsZeros: true })
        {
            await UnmapAsync([range], cancellationToken);
        }
    }
}
