using IscsiMount.Block;
using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Connections;
using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// What the reads and writes of one logical unit have in common, and the operations that wait to be used.
/// </summary>
internal sealed class BlockEngine(Connection connection, TimeProvider time, DeferredErrors deferredErrors)
{
    // LIMIT: more operations than this at once are made new, and left to the collector afterwards.
    private const int OperationsKeptMax = 512;

    private readonly Lock _lock = new();
    private readonly Stack<BlockOperation> _idle = new();

    public required LogicalUnitNumber Lun { get; init; }

    public required int BlockLength { get; init; }

    public required uint BlocksPerCommandMax { get; init; }

    /// <summary>Commands of one operation that are under way at once.</summary>
    public required int CommandsInFlightMax { get; init; }

    public DeferredErrors DeferredErrors => deferredErrors;

    public int LengthOf(BlockRange range) => (int)range.Count * BlockLength;

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

    public void Submit(in CommandRequest request) => connection.Submit(request);

    public void Cancel(ICommandOwner owner, Exception cause) => connection.Cancel(owner, cause);

    /// <summary>Waits, but not longer than the connection lasts.</summary>
    public async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, connection.GivingUp);
        }
        catch (OperationCanceledException)
        {
            // Whatever is submitted now is told that the session is over.
        }
    }
}
