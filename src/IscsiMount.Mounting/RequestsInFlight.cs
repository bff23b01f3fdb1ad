using IscsiMount.Primitives;

namespace IscsiMount.Mounting;

/// <summary>
/// Counts the calls of the kernel into a file system, so that the end of a mount can wait for the last of them. Safe
/// for any thread.
/// </summary>
public sealed class RequestsInFlight
{
    private readonly object _gate = new();
    private long _count;

    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    public void Enter()
    {
        lock (_gate)
        {
            _count++;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            Invariant.Holds(_count > 0);
            _count--;
            if (_count == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Blocks until no request is under way: for a thread of the mounter's own, not of the pool.</summary>
    public void WaitUntilNone()
    {
        lock (_gate)
        {
            while (_count > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
