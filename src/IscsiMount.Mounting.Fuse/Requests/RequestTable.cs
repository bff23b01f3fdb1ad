using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>
/// The requests under way, by what libfuse calls them, and the objects for those to come. Safe for any thread; one
/// lock, under which nothing of others is called.
/// </summary>
internal sealed class RequestTable(Action<FuseRequest> continued)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, FuseRequest> _unanswered = [];
    private readonly Stack<FuseRequest> _idle = new();
    private readonly RequestsInFlight _inFlight = new();

    public FuseRequest Begin(nint handle, RequestKind kind)
    {
        _inFlight.Enter();
        lock (_gate)
        {
            if (!_idle.TryPop(out FuseRequest? request))
            {
                request = new FuseRequest(this, continued);
            }

            request.Begin(handle, kind);
            _unanswered.Add(handle, request);
            return request;
        }
    }

    /// <summary>Takes a request out that is about to be answered. No interrupt reaches it from now on.</summary>
    public void Remove(nint handle)
    {
        lock (_gate)
        {
            bool wasThere = _unanswered.Remove(handle);
            Invariant.Holds(wasThere);
        }
    }

    /// <summary>The handler has ended and the request is answered: its object may serve another.</summary>
    public void End(FuseRequest request)
    {
        Invariant.Holds(request.IsAnswered);
        lock (_gate)
        {
            request.Reset();
            _idle.Push(request);
        }

        _inFlight.Leave();
    }

    /// <summary>The client of a request got a signal. Nothing happens if it has been answered meanwhile.</summary>
    public void Signal(nint handle, int thread)
    {
        lock (_gate)
        {
            if (_unanswered.TryGetValue(handle, out FuseRequest? request))
            {
                request.SignalledThread = thread;
            }
        }
    }

    /// <summary>The requests that wait on although their clients got signals.</summary>
    public IReadOnlyList<SignalledClient> Signalled()
    {
        var clients = new List<SignalledClient>();
        lock (_gate)
        {
            foreach ((nint handle, FuseRequest request) in _unanswered)
            {
                if (request.SignalledThread is { } thread)
                {
                    clients.Add(new SignalledClient(handle, thread));
                }
            }
        }

        return clients;
    }

    /// <summary>Cancels a request that waits on, if it is still unanswered.</summary>
    public void Cancel(SignalledClient client)
    {
        CancellationTokenSource? cancellation = null;
        lock (_gate)
        {
            // Another request may go by that name meanwhile. If its client got a signal too, that is the same thread.
            if (_unanswered.TryGetValue(client.Handle, out FuseRequest? request) &&
                request.SignalledThread == client.Thread)
            {
                request.SignalledThread = null;
                cancellation = request.TakeCancellation();
            }
        }

        cancellation?.Cancel();
    }

    /// <summary>Cancels all that is unanswered.</summary>
    public void CancelAll()
    {
        CancellationTokenSource[] cancellations;
        lock (_gate)
        {
            cancellations = [.. _unanswered.Values.Select(request => request.TakeCancellation())];
        }

        Array.ForEach(cancellations, cancellation => cancellation.Cancel());
    }

    /// <summary>Blocks until no handler runs any more. No request may come from now on.</summary>
    public void WaitUntilNone() => _inFlight.WaitUntilNone();
}
