using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing;

/// <summary>Lets changes in one after the other, makes room for them, and sees that groups are committed.</summary>
internal sealed class WritableCore : IAsyncDisposable
{
    // LIMIT: a program that stops has lost this much at most of what it did not ask to be durable.
    private static readonly TimeSpan GroupAge = TimeSpan.FromSeconds(1);

    // LIMIT: so much of a half of the reserved clusters is left for the operation that finds a group in it.
    private const int GroupShare = 4;

    private readonly AsyncGate _changes = new();
    private readonly GroupCommitter _committer;
    private readonly ReadEpochs _epochs;
    private readonly VolumeMark _mark;
    private readonly ITimer _timer;
    private bool _isMarked;
    private bool _mayBeMarked;
    private int _isArmed;
    private Task _background = Task.CompletedTask;

    public WritableCore(WriteContext context, GroupCommitter committer, ReadEpochs epochs, bool isMarked)
    {
        _isMarked = isMarked;
        _mayBeMarked = isMarked;
        Context = context;
        _committer = committer;
        _epochs = epochs;
        _mark = new VolumeMark(context);
        _timer = context.Time.CreateTimer(
            static state => ((WritableCore)state!).CommitInBackground(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public WriteContext Context { get; }

    public ReadEpochs Epochs => _epochs;

    /// <summary>Called inside the gate before a group is closed, to complete what it should hold.</summary>
    public Func<CancellationToken, ValueTask>? Completing { get; set; }

    /// <summary>Does an operation inside the gate. It either publishes its change or abandons it.</summary>
    public async ValueTask<T> ChangeAsync<T>(Func<Change, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        await RelieveAsync(cancellationToken);
        using AsyncGate.Permit inside = await _changes.EnterAsync(cancellationToken);
        _committer.ThrowIfFaulted();
        await MarkAsync(cancellationToken);
        TakeBack();
        var change = new Change(Context);
        bool isDone = false;
        try
        {
            T result = await operation(change);
            isDone = true;
            return result;
        }
        finally
        {
            if (!isDone)
            {
                change.Abandon(FsStatus.Ok);
            }

            Arm();
        }
    }

    /// <summary>Makes durable what was done before.</summary>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        if (Completing is { } completing)
        {
            using AsyncGate.Permit inside = await _changes.EnterAsync(cancellationToken);
            _committer.ThrowIfFaulted();
            await completing(cancellationToken);
        }

        await _committer.CommitAsync(_changes, cancellationToken);
    }

    /// <summary>Looks at something that no change may touch meanwhile.</summary>
    public async ValueTask<T> StandStillAsync<T>(Func<ValueTask<T>> look, CancellationToken cancellationToken)
    {
        using AsyncGate.Permit inside = await _changes.EnterAsync(cancellationToken);
        return await look();
    }

    /// <summary>Commits all, and takes the mark off the volume if nothing went wrong.</summary>
    public async ValueTask<bool> CloseAsync(CancellationToken cancellationToken)
    {
        await _timer.DisposeAsync();
        await _background;
        if (_committer.Fault is not null)
        {
            return false;
        }

        await CommitAsync(cancellationToken);
        if (_mayBeMarked)
        {
            await _mark.SetAsync(isDirty: false, cancellationToken);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _background;
    }

    /// <summary>The first change of a mount marks the volume before anything else reaches it.</summary>
    private async ValueTask MarkAsync(CancellationToken cancellationToken)
    {
        if (!_isMarked)
        {
            // A mark that failed may have reached the medium all the same.
            _mayBeMarked = true;
            await _mark.SetAsync(isDirty: true, cancellationToken);
            _isMarked = true;
        }
    }

    /// <summary>Commits a group that has become large before one more operation adds to it.</summary>
    private async ValueTask RelieveAsync(CancellationToken cancellationToken)
    {
        if (Context.Pending.WaitingBytes > Context.IntentSizeMax / GroupShare)
        {
            await CommitAsync(cancellationToken);
        }
    }

    /// <summary>What nobody refers to any more may be handed out again.</summary>
    private void TakeBack()
    {
        while (_epochs.TryTake() is { } freed)
        {
            Context.Clusters.Release(freed.Clusters);
            Context.Records.Release(freed.Records);
        }
    }

    private void Arm()
    {
        if (Context.Pending.WaitingBytes > 0 && Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            _timer.Change(GroupAge, Timeout.InfiniteTimeSpan);
        }
    }

    private void CommitInBackground()
    {
        // ORDER: disarmed first, so that a change which comes while the group is closed arms the timer again.
        Volatile.Write(ref _isArmed, 0);
        _background = CommitQuietlyAsync(_background);
    }

    private async Task CommitQuietlyAsync(Task before)
    {
        await before;
        try
        {
            await CommitAsync(CancellationToken.None);
        }
        catch (StorageFaultException)
        {
            // The committer keeps it: the next change and the next flush throw it.
        }
    }
}
