using IscsiMount.Block;
using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Sessions;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// What the reads and writes of one logical unit have in common, and the operations that wait to be used.
/// </summary>
internal sealed class BlockEngine(CommandGate gate, UnitRegister units, UnitStanding standing, TimeProvider time)
{
    // LIMIT: more operations than this at once are made new, and left to the collector afterwards.
    private const int OperationsKeptMax = 512;

    private readonly Lock _lock = new();
    private readonly Stack<BlockOperation> _idle = new();
    private volatile bool _isShort;

    public LogicalUnitNumber Lun => standing.Lun;

    public UnitStanding Standing => standing;

    public required int BlockLength { get; init; }

    public required uint BlocksPerCommandMax { get; init; }

    /// <summary>Commands of one operation that are under way at once.</summary>
    public required int CommandsInFlightMax { get; init; }

    public UnitRegister Units => units;

    /// <summary>The command blocks that the unit understands: the long ones until it has refused one.</summary>
    public CdbForm Form => _isShort ? CdbForm.Ten : CdbForm.Sixteen;

    public int LengthOf(BlockRange range) => (int)range.Count * BlockLength;

    /// <summary>Goes over to short command blocks, if the range can be told in them.</summary>
    public bool TryUseShortForm(BlockRange range)
    {
        bool fits = range.Count <= ushort.MaxValue && range.First + range.Count <= uint.MaxValue;
        if (fits)
        {
            _isShort = true;
        }

        return fits;
    }

    public BlockOperation Rent()
    {
        lock (_lock)
        {
            return _idle.TryPop(out BlockOperation? operation) ? operation : new BlockOperation(this);
        }
    }

    public void Return(BlockOperation operation)
    {
        lock (_lock)
        {
            if (_idle.Count < OperationsKeptMax)
            {
                _idle.Push(operation);
            }
        }
    }

    public void Submit(in CommandRequest request) => gate.Submit(request);

    public void Cancel(ICommandOwner owner, Exception cause) => gate.Cancel(owner, cause);

    /// <summary>Waits, but not longer than the session lasts.</summary>
    public async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, gate.Closing);
        }
        catch (OperationCanceledException)
        {
            // Whatever is submitted now is told that the session is over.
        }
    }
}
