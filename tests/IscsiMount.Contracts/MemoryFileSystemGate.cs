using IscsiMount.FileSystems;

namespace IscsiMount.Contracts;

/// <summary>The calls of a file system that a test can hold up.</summary>
public enum MemoryFileSystemCall
{
    GetSpace,
    GetProperties,
    Lookup,
    List,
    Open,
    Read,
}

/// <summary>Stands in the way of calls of one kind for one file, as a device does that does not answer.</summary>
public sealed class MemoryFileSystemGate(MemoryFileSystemCall call, FileId file)
{
    private readonly TaskCompletionSource _opened = new();
    private int _waiting;
    private int _cancelled;
    private bool _isLate;

    /// <summary>Whether calls wait on although they are cancelled, as for a device that takes no abort.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Calls that came to the gate and did not get through yet.</summary>
    public int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>Calls that were given up before the gate.</summary>
    public int CancelledCount => Volatile.Read(ref _cancelled);

    /// <summary>Lets all calls through, now and later. They go on in this thread.</summary>
    public void Open() => _opened.TrySetResult();

    /// <summary>Fails all calls, now and later.</summary>
    public void Break(Exception fault) => _opened.TrySetException(fault);

    /// <summary>A gate that is passed on another thread at once, or given up.</summary>
    internal static MemoryFileSystemGate NewForLateAnswers() => new(default, default) { _isLate = true };

    internal bool Concerns(MemoryFileSystemCall other, FileId otherFile) => other == call && otherFile == file;

    internal async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        if (_isLate)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await _opened.Task.WaitAsync(IsDeaf ? CancellationToken.None : cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
