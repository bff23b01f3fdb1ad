using System.Threading.Tasks.Sources;
using IscsiMount.Block;
using IscsiMount.Initiator.Commands;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Initiator.Units;

/// <summary>
/// One read or write of a caller: as many commands as its size needs, several of them under way at once. It is used
/// again and again, so that reading and writing allocate nothing.
/// </summary>
/// <remarks>
/// Commands of one operation may be completed by two threads at once. The lock guards the counters; the result is set
/// by whoever takes the last command off them, and nothing is touched after that.
/// </remarks>
internal sealed class BlockOperation(BlockEngine engine) : IValueTaskSource, ICommandOwner
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private TransferKind _kind;
    private bool _isForced;
    private BlockRange _range;
    private Memory<byte> _readInto;
    private ReadOnlyMemory<byte> _writeFrom;
    private CancellationTokenRegistration _cancellation;
    private uint _startedCount;
    private int _underWay;
    private int _repetitions;
    private Exception? _fault;
    private Task _pause = Task.CompletedTask;

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        _kind = TransferKind.Read;
        _readInto = destination;
        return StartAsync(range, cancellationToken);
    }

    /// <param name="range">What is written.</param>
    /// <param name="source">The content.</param>
    /// <param name="isForced">Whether the unit shall end the command when the blocks are durable (FUA).</param>
    /// <param name="cancellationToken">Withdraws the write.</param>
    public ValueTask WriteAsync(
        BlockRange range, ReadOnlyMemory<byte> source, bool isForced, CancellationToken cancellationToken)
    {
        _kind = TransferKind.Write;
        _isForced = isForced;
        _writeFrom = source;
        return StartAsync(range, cancellationToken);
    }

    public void Complete(int cookie, in CommandResult result)
    {
        (int offset, CdbForm form) = Cookie.Read(cookie);
        if (result.Fault is { } fault)
        {
            EndPiece(fault);
            return;
        }

        var outcome = CommandOutcome.Of(result.Status, result.Sense);
        if (outcome.Reaction == OutcomeReaction.Accept)
        {
            if (_kind == TransferKind.Write)
            {
                engine.Standing.AcknowledgeWrite();
            }

            int length = engine.LengthOf(PieceAt(offset));
            bool isWhole = result.TransferredLength == length;
            EndPiece(isWhole ? null : new ShortTransferException(result.TransferredLength, length));
            return;
        }

        engine.Units.Attend(engine.Lun, result);

        if (outcome.Kind == OutcomeKind.CommandNotSupported
            && form == CdbForm.Sixteen
            && engine.TryUseShortForm(PieceAt(offset)))
        {
            Submit(offset);
        }
        else if (!TryRepeat(offset, outcome.Reaction))
        {
            EndPiece(new ScsiCommandException(CodeOf(form), PieceAt(offset).First, result.Status, result.Sense));
        }
    }

    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            // ORDER: a cancellation that is under way must be over before the operation serves somebody else.
            _cancellation.Dispose();
            Clear();
            engine.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private OperationCode CodeOf(CdbForm form) => (_kind, form) switch
    {
        (TransferKind.Read, CdbForm.Ten) => OperationCode.Read10,
        (TransferKind.Read, _) => OperationCode.Read16,
        (_, CdbForm.Ten) => OperationCode.Write10,
        _ => OperationCode.Write16,
    };

    private ValueTask StartAsync(BlockRange range, CancellationToken cancellationToken)
    {
        _range = range;
        var task = new ValueTask(this, _core.Version);
        StartPieces();
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((BlockOperation)state!).Cancel(token), this);
        }

        return task;
    }

    private void StartPieces()
    {
        while (TryReserve(out uint offset))
        {
            Submit((int)offset);
        }
    }

    private bool TryReserve(out uint offset)
    {
        lock (_lock)
        {
            offset = _startedCount;
            bool isWanted = _fault is null && offset < _range.Count && _underWay < engine.CommandsInFlightMax;
            if (isWanted)
            {
                _startedCount += PieceAt((int)offset).Count;
                _underWay++;
            }

            return isWanted;
        }
    }

    // A piece is known by how many blocks of the range stand before it.
    private BlockRange PieceAt(int offset)
    {
        uint blocks = Math.Min(engine.BlocksPerCommandMax, _range.Count - (uint)offset);
        return new BlockRange(_range.First + (uint)offset, blocks);
    }

    private void Submit(int offset)
    {
        BlockRange piece = PieceAt(offset);
        int start = offset * engine.BlockLength;
        int length = engine.LengthOf(piece);
        CdbForm form = engine.Form;
        CdbBytes cdb = default;
        new BlockTransfer
        {
            Kind = _kind,
            Form = form,
            FirstBlock = piece.First,
            BlockCount = piece.Count,
            ForceUnitAccess = _isForced,
        }.Write(cdb);

        engine.Submit(new CommandRequest
        {
            Lun = engine.Lun,
            Cdb = cdb,
            ReadInto = _readInto.IsEmpty ? default : _readInto.Slice(start, length),
            WriteFrom = _writeFrom.IsEmpty ? default : _writeFrom.Slice(start, length),
            Owner = this,
            Unit = engine.Standing,
            Cookie = Cookie.Of(offset, form),
        });
    }

    private bool TryRepeat(int offset, OutcomeReaction reaction)
    {
        int repetition;
        lock (_lock)
        {
            repetition = _repetitions++;
            bool isUseful = reaction is OutcomeReaction.Repeat or OutcomeReaction.RepeatLater;
            if (!isUseful || _fault is not null || repetition >= RepetitionPolicy.RepetitionsMax)
            {
                return false;
            }
        }

        if (reaction == OutcomeReaction.Repeat)
        {
            Submit(offset);
        }
        else
        {
            // The piece counts as under way during the pause, so the operation waits for it.
            _pause = RepeatLaterAsync(offset, repetition);
        }

        return true;
    }

    private async Task RepeatLaterAsync(int offset, int repetition)
    {
        await engine.PauseAsync(RepetitionPolicy.PauseBefore(repetition));
        Submit(offset);
    }

    private void EndPiece(Exception? fault)
    {
        if (fault is null)
        {
            StartPieces();
        }

        bool isOver;
        lock (_lock)
        {
            _fault ??= fault;
            _underWay--;
            isOver = _underWay == 0 && (_startedCount == _range.Count || _fault is not null);
        }

        if (isOver)
        {
            Finish();
        }
    }

    private void Finish()
    {
        if (_fault is { } fault)
        {
            _core.SetException(fault);
        }
        else
        {
            _core.SetResult(true);
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        var cause = new OperationCanceledException(cancellationToken);
        lock (_lock)
        {
            if (_underWay == 0)
            {
                return;
            }

            _fault ??= cause;
        }

        engine.Cancel(this, cause);
    }

    private void Clear()
    {
        _core.Reset();
        _cancellation = default;
        _range = default;
        _readInto = default;
        _writeFrom = default;
        _isForced = false;
        (_startedCount, _underWay, _repetitions, _fault) = (0, 0, 0, null);
    }

    /// <summary>Which piece a command moves, and whether its block was the long one.</summary>
    private static class Cookie
    {
        public static int Of(int offset, CdbForm form) => form == CdbForm.Ten ? ~offset : offset;

        public static (int Offset, CdbForm Form) Read(int cookie) =>
            cookie < 0 ? (~cookie, CdbForm.Ten) : (cookie, CdbForm.Sixteen);
    }
}
