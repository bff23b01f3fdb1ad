using IscsiMount.Primitives;
using IscsiMount.Protocol.Transfer;

namespace IscsiMount.Initiator.Commands;

/// <summary>The data of a write that may be sent now: the unsolicited burst, or what one R2T asks for.</summary>
internal struct DataOutRun(TaskSlot task, LogicalUnitNumber lun, uint targetTransferTag, DataPieces pieces)
{
    private DataPieces _pieces = pieces;

    public TaskSlot Task { get; } = task;

    /// <summary>The tag when the run was made: if the slot has another by now, the task is over.</summary>
    public uint Tag { get; } = task.Tag;

    public LogicalUnitNumber Lun { get; } = lun;

    public uint TargetTransferTag { get; } = targetTransferTag;

    public bool TryNext(out DataPiece piece) => _pieces.TryNext(out piece);
}

/// <summary>
/// Runs of data in the order in which they were asked for, each sent to its end before the next (RFC 7143 §11.8).
/// Whoever holds the lock of the <see cref="TaskSet"/> owns it.
/// </summary>
internal sealed class DataOutQueue
{
    private readonly Queue<DataOutRun> _runs = new();
    private DataOutRun _current;
    private bool _hasCurrent;

    public bool IsEmpty => !_hasCurrent && _runs.Count == 0;

    public void Add(in DataOutRun run) => _runs.Enqueue(run);

    /// <summary>The next piece. Runs of tasks that have ended meanwhile are dropped.</summary>
    public bool TryTake(out DataOutRun run, out DataPiece piece)
    {
        while (_hasCurrent || _runs.TryDequeue(out _current))
        {
            _hasCurrent = true;
            TaskSlot task = _current.Task;
            bool isWanted = task.IsLive && task.Tag == _current.Tag && task.HeldResult is null;
            if (isWanted && _current.TryNext(out piece))
            {
                run = _current;
                return true;
            }

            _hasCurrent = false;
        }

        (run, piece) = (default, default);
        return false;
    }
}
