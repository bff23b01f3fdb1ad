using IscsiMount.Block;
using IscsiMount.Block.Streams;
using IscsiMount.Initiator.Sessions;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Initiator;

/// <summary>A logical unit of a target as a block device. It is usable for as long as its session.</summary>
/// <remarks>
/// A session that outlives its connections looks at the unit again on each new one. A unit that is another one by then
/// fails all calls; one that has lost writes is read, and neither written nor flushed.
/// </remarks>
public sealed class LogicalUnit : IBlockDevice
{
    // LIMIT: larger commands gained nothing in measurements, and each holds a place in the window of the target.
    private const int CommandLengthMax = 256 * 1024;

    private readonly CommandRunner _runner;
    private readonly UnitRegister _units;
    private readonly UnitStanding _standing;
    private readonly BlockEngine _engine;
    private volatile bool _cannotFlush;

    internal LogicalUnit(UnitStanding standing, UnitSurroundings surroundings)
    {
        UnitDescription description = standing.Description;
        Number = standing.Lun;
        Identity = description.Identity;
        BlockLength = description.Capacity.BlockLength;
        BlockCount = description.Capacity.BlockCount;
        PhysicalBlockLength = BlockLength << description.Capacity.PhysicalBlockExponent;
        IsThin = description.IsThin;
        (_standing, _units) = (standing, surroundings.Units);
        _runner = surroundings.Runner.For(standing);
        _engine = new BlockEngine(surroundings.Gate, _units, standing, surroundings.Time)
        {
            BlockLength = BlockLength,
            BlocksPerCommandMax = BlocksPerCommand(description.TransferBlocksMax),
            CommandsInFlightMax = surroundings.CommandsInFlightMax,
        };
        Traits = new BlockDeviceTraits
        {
            IsReadOnly = description.IsWriteProtected,
            HasVolatileCache = description.HasVolatileCache,
            TransferSizeOptimal = (int)_engine.BlocksPerCommandMax * BlockLength,
            TransfersInFlightMax = surroundings.CommandsInFlightMax,
        };
    }

    public LogicalUnitNumber Number { get; }

    public LogicalUnitIdentity Identity { get; }

    public int BlockLength { get; }

    public ulong BlockCount { get; }

    /// <summary>Bytes that the unit writes at once inside. Writes that are multiples of it cost it least.</summary>
    public int PhysicalBlockLength { get; }

    /// <summary>Whether blocks can be without space until they are written.</summary>
    public bool IsThin { get; }

    public BlockDeviceTraits Traits { get; }

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Check(range, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        return range.Count == 0 ? default : _engine.Rent().ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        Check(range, source.Length);
        cancellationToken.ThrowIfCancellationRequested();
        if (Traits.IsReadOnly)
        {
            throw new ReadOnlyDeviceException();
        }

        _standing.ThrowIfLossy();
        return range.Count == 0 ? default : _engine.Rent().WriteAsync(range, source, cancellationToken);
    }

    /// <exception cref="ScsiCommandException">
    /// The flush failed, or an earlier write that was reported as good has failed since the last flush.
    /// </exception>
    /// <exception cref="LostWritesException">Writes that were acknowledged before may be gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _standing.ThrowIfLossy();
        long acknowledgedCount = _standing.BeginFlush();
        if (!_cannotFlush)
        {
            await SynchronizeCacheAsync(cancellationToken);
        }

        // ORDER: a restart that was noticed during the flush counts, as the flush may have come after it.
        _standing.ThrowIfLossy();
        _standing.EndFlush(acknowledgedCount);

        if (_units.DeferredErrors.Take(Number) is { } sense)
        {
            throw new ScsiCommandException(
                OperationCode.SynchronizeCache10, firstBlock: null, ScsiStatus.CheckCondition, sense);
        }
    }

    /// <summary>
    /// The unit as bytes, for libraries that read a stream. Its flush is <see cref="FlushAsync"/>.
    /// </summary>
    /// <exception cref="ReadOnlyDeviceException">Writing is wanted, and the unit takes no writes.</exception>
    public BlockStream AsStream(BlockStreamAccess access = BlockStreamAccess.ReadOnly) => new(this, access);

    /// <summary>Nobody uses the unit any more. Its session goes on.</summary>
    public ValueTask DisposeAsync()
    {
        _units.Remove(_standing);
        return default;
    }

    // A unit that does not know the command has nothing to flush. All others are asked, also those that claim to have
    // no cache: the claim costs nothing to doubt, and data to believe.
    private async Task SynchronizeCacheAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _runner.ExecuteAsync(Number, new SynchronizeCache { Form = CdbForm.Ten }, cancellationToken);
        }
        catch (ScsiCommandException refusal) when (refusal.Outcome == OutcomeKind.CommandNotSupported)
        {
            _cannotFlush = true;
        }
    }

    private void Check(BlockRange range, int length)
    {
        bool isInside = range.First <= BlockCount && range.Count <= BlockCount - range.First;
        if (!isInside)
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), $"{range} reaches beyond the {BlockCount} blocks of logical unit {Number}.");
        }

        if (length != (long)range.Count * BlockLength)
        {
            throw new ArgumentException(
                $"{length} bytes are not {range.Count} blocks of {BlockLength}.", nameof(length));
        }
    }

    private uint BlocksPerCommand(uint transferBlocksMax)
    {
        uint blocks = (uint)Math.Max(1, CommandLengthMax / BlockLength);
        return transferBlocksMax == 0 ? blocks : Math.Min(blocks, transferBlocksMax);
    }
}
