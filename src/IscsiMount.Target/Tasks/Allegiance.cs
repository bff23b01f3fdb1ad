using IscsiMount.Target.Answers;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// One connection of a session as its commands see it: all that belongs to a command goes over the connection that
/// carried it (RFC 7143 §4.2.5.1). The lock of the session guards it.
/// </summary>
internal sealed class Allegiance(IAnswerSink sink) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _isQuiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runningCount;

    /// <summary>Where the answers go.</summary>
    public IAnswerSink Sink => sink;

    /// <summary>Tells devices that nobody waits for them any more.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>The connection is gone.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>A device begins to work for one of the commands.</summary>
    public void BeginWork() => _runningCount++;

    /// <summary>A device has ended to work for one of the commands.</summary>
    public void EndWork()
    {
        _runningCount--;
        SetQuiet();
    }

    /// <summary>Nothing comes any more, and nobody waits for what is under way.</summary>
    public void BeginEnding()
    {
        IsEnding = true;
        SetQuiet();
    }

    /// <summary>Tells the devices so. Call it without the lock: work may end inside of it.</summary>
    public void Cancel() => _ending.Cancel();

    /// <summary>Waits until no device works for its commands. Call it without the lock.</summary>
    public void WaitUntilQuiet() => _isQuiet.Task.Wait();

    public void Dispose() => _ending.Dispose();

    private void SetQuiet()
    {
        if (IsEnding && _runningCount == 0)
        {
            _isQuiet.TrySetResult();
        }
    }
}
