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
    private const int OptimalLengthMin = 64 * 1024;

    private readonly CommandRunner _runner;
    private readonly UnitRegister _units;
    private readonly UnitStanding _standing;
    private readonly BlockEngine _engine;
    private readonly UnitCommands _commands;
    private readonly UnitSpace _space;
    private readonly UnitChecks _checks;
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
            BlocksPerCommandMax = BlocksPerCommand(description.Limits),
            CommandsInFlightMax = surroundings.CommandsInFlightMax,
        };
        Limits = description.Limits;
        _commands = new UnitCommands(_runner, Number);
        _space = new UnitSpace(_commands, Limits, BlockLength);
        _checks = new UnitChecks(_commands, _engine);
        Reservations = new UnitReservations(_commands);
        Modes = new UnitModes(_commands);
        Traits = new BlockDeviceTraits
        {
            IsReadOnly = description.IsWriteProtected,
            HasVolatileCache = description.HasVolatileCache,
            CanFreeSpace = _space.CanFree,
            SpaceGranularity = SpaceGranularity(),
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

    /// <summary>What the unit can do and how much of it at once.</summary>
    public UnitLimits Limits { get; }

    public UnitReservations Reservations { get; }

    public UnitModes Modes { get; }

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        return range.Count == 0 ? default : _engine.Rent().ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        ThrowIfNotWritable(cancellationToken);
        return range.Count == 0
            ? default
            : _engine.Rent().WriteAsync(range, source, isForced: false, cancellationToken);
    }

    /// <summary>
    /// Writes, and ends when the blocks are durable: in one command where the unit knows FUA, else by a flush.
    /// </summary>
    public async ValueTask WriteDurablyAsync(
        BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, source.Length);
        ThrowIfNotWritable(cancellationToken);
        if (range.Count > 0)
        {
            await _engine.Rent().WriteAsync(range, source, Limits.SupportsForceUnitAccess, cancellationToken);
        }

        if (!Limits.SupportsForceUnitAccess)
        {
            await FlushAsync(cancellationToken);
        }
    }

    public async ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        ThrowIfNotWritable(cancellationToken);
        if (!await CountAsync(() => _space.TryClearAsync(range, cancellationToken)))
        {
            await BlockAccess.WriteZerosAsync(this, range, cancellationToken);
        }
    }

    public async ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken)
    {
        ulong rest = BlockAccess.CountFrom(this, firstBlock);
        SpaceRun? found = IsThin ? await _space.FindAsync(firstBlock, cancellationToken) : null;
        return found is { } run ? run with { Count = Math.Min(run.Count, rest) } : new SpaceRun(rest, HasSpace: true);
    }

    /// <summary>
    /// Takes the space of blocks that nobody needs any more. What they read as afterwards is the unit's choice, so it
    /// is for blocks whose content is of no use; <see cref="ClearAsync"/> promises zeros.
    /// </summary>
    /// <exception cref="NotSupportedException">The unit knows no UNMAP (<see cref="UnitLimits.CanUnmap"/>).</exception>
    public async Task UnmapAsync(IReadOnlyList<BlockRange> ranges, CancellationToken cancellationToken)
    {
        foreach (BlockRange range in ranges)
        {
            BlockAccess.CheckRange(this, range);
        }

        ThrowIfNotWritable(cancellationToken);
        if (!Limits.CanUnmap)
        {
            throw new NotSupportedException($"Logical unit {Number} cannot unmap blocks.");
        }

        await _space.UnmapAsync(ranges, cancellationToken);
    }

    /// <summary>
    /// Replaces blocks if they still are what they are thought to be, and no other initiator comes between (COMPARE AND
    /// WRITE). After a fault it is not known whether it happened: it is never repeated.
    /// </summary>
    /// <returns>False if they are something else; then nothing was written.</returns>
    /// <exception cref="NotSupportedException">The unit does not do that for so many blocks.</exception>
    public Task<bool> TryReplaceAsync(
        BlockRange range,
        ReadOnlyMemory<byte> expected,
        ReadOnlyMemory<byte> replacement,
        CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, expected.Length);
        BlockAccess.Check(this, range, replacement.Length);
        ThrowIfNotWritable(cancellationToken);
        if (range.Count > Limits.CompareAndWriteBlocksMax)
        {
            throw new NotSupportedException(
                $"Logical unit {Number} compares and writes {Limits.CompareAndWriteBlocksMax} blocks at once.");
        }

        return CountAsync(() => _checks.TryReplaceAsync(range, expected, replacement, cancellationToken));
    }

    /// <summary>Lets the unit read blocks from its medium, and sends nothing of them.</summary>
    /// <exception cref="ScsiCommandException">Some of them cannot be read.</exception>
    public Task VerifyAsync(BlockRange range, CancellationToken cancellationToken)
    {
        BlockAccess.CheckRange(this, range);
        return _checks.VerifyAsync(range, cancellationToken);
    }

    /// <summary>Lets the unit compare blocks with what they should be.</summary>
    /// <returns>False if a byte is another one.</returns>
    public Task<bool> VerifyAsync(
        BlockRange range, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        BlockAccess.Check(this, range, expected.Length);
        return _checks.VerifyAsync(range, expected, cancellationToken);
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
    /// Asks how many blocks the unit has now. After a change the unit has to be opened again to use the new ones.
    /// </summary>
    public async Task<ulong> ReadBlockCountAsync(CancellationToken cancellationToken) =>
        (await new UnitProbe(_runner, Number, cancellationToken).CapacityAsync()).BlockCount;

    /// <summary>
    /// Makes the unit ready for reads and writes. Reads and writes do that by themselves where it is needed.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _commands.ExecuteAsync(new StartStopUnit { Start = true }, cancellationToken);

    /// <summary>Lets the unit flush and stop. It concerns all its users.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _commands.ExecuteAsync(new StartStopUnit(), cancellationToken);

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

    // ORDER: before, as a restart of the unit may be noticed before we go on here; and after, as a flush may begin
    // meanwhile that does not reach this write. Counting it twice does no harm.
    private async Task<bool> CountAsync(Func<Task<bool>> write)
    {
        _standing.AcknowledgeWrite();
        bool hasWritten = await write();
        _standing.AcknowledgeWrite();
        return hasWritten;
    }

    private void ThrowIfNotWritable(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Traits.IsReadOnly)
        {
            throw new ReadOnlyDeviceException();
        }

        _standing.ThrowIfLossy();
    }

    private int SpaceGranularity() =>
        (int)Math.Min(Limits.UnmapGranularity, (uint)(int.MaxValue / BlockLength)) * BlockLength;

    // What the unit likes best is kept to unless it is so little that the number of commands costs more.
    private uint BlocksPerCommand(UnitLimits limits)
    {
        uint blocks = (uint)Math.Max(1, CommandLengthMax / BlockLength);
        uint most = limits.TransferBlocksMax == 0 ? blocks : Math.Min(blocks, limits.TransferBlocksMax);
        bool isWorthIt = limits.TransferBlocksOptimal >= OptimalLengthMin / BlockLength;
        return isWorthIt ? Math.Min(most, limits.TransferBlocksOptimal) : most;
    }
}
