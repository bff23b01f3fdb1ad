namespace IscsiMount.Initiator.Sessions;

/// <summary>How a session fares without a connection. One loop writes it, and anybody may look at any time.</summary>
internal sealed class RecoveryRecord(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _since;
    private DateTimeOffset? _nextAttempt;
    private CancellationTokenSource? _sleep;
    private long _start;
    private int _attemptCount;
    private int _reconnectCount;
    private bool _isBoundOver;
    private Exception? _lastFailure;

    public int AttemptCount => Volatile.Read(ref _attemptCount);

    public int ReconnectCount => Volatile.Read(ref _reconnectCount);

    public bool IsBoundOver { set => Volatile.Write(ref _isBoundOver, value); }

    public Exception? LastFailure
    {
        get => Volatile.Read(ref _lastFailure);
        set => Volatile.Write(ref _lastFailure, value);
    }

    /// <summary>The connection was lost.</summary>
    public void Begin(Exception lost)
    {
        lock (_lock)
        {
            (_since, _start) = (time.GetUtcNow(), time.GetTimestamp());
            (_attemptCount, _isBoundOver, _lastFailure) = (0, false, lost);
        }
    }

    public void Attempt() => Interlocked.Increment(ref _attemptCount);

    /// <summary>A pause begins, or is over.</summary>
    public void Sleep(TimeSpan pause, CancellationTokenSource? sleep)
    {
        lock (_lock)
        {
            _sleep = sleep;
            _nextAttempt = pause > TimeSpan.Zero ? time.GetUtcNow() + pause : null;
        }
    }

    /// <summary>Ends a pause early, if there is one.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _sleep?.Cancel();
        }
    }

    /// <summary>There is a connection again.</summary>
    /// <returns>How long there was none.</returns>
    public TimeSpan End()
    {
        lock (_lock)
        {
            _since = null;
            _reconnectCount++;
            return time.GetElapsedTime(_start);
        }
    }

    public RecoverySnapshot? Snapshot()
    {
        lock (_lock)
        {
            return _since is not { } since ? null : new RecoverySnapshot
            {
                Since = since,
                AttemptCount = _attemptCount,
                NextAttempt = _nextAttempt,
                IsBoundOver = _isBoundOver,
                LastFailure = _lastFailure,
            };
        }
    }
}
