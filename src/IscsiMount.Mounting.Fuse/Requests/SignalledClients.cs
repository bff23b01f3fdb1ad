using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>
/// Gives up the requests of programs that are being killed, and of no others. Safe for any thread.
/// </summary>
/// <remarks>
/// The kernel tells of the first signal that a program gets while it waits, whatever the signal is, and never again. On
/// a disk, a signal that a program survives does not end its call: such a request goes on, and what is sent to the
/// program later has to be looked for.
/// </remarks>
internal sealed class SignalledClients : IDisposable
{
    // A killed program may be in the way of others for so long.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly RequestTable _table;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    public SignalledClients(RequestTable table, TimeProvider time, ILogger logger)
    {
        _table = table;
        _logger = logger;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The client of a request got a signal. It may have been answered meanwhile. Never throws.</summary>
    public void Add(nint handle, int thread)
    {
        _table.Signal(handle, thread);
        Look();
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        try
        {
            IReadOnlyList<SignalledClient> clients = _table.Signalled();
            if (clients.Count > 0)
            {
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }

            foreach (SignalledClient client in clients.Where(client => ClientSignals.WillEnd(client.Thread)))
            {
                _table.Cancel(client);
            }
        }
        catch (Exception failure)
        {
            // Boundary: the caller is native code, or the timer. What cancellation set off has failed, the request
            // itself has not.
            _logger.InterruptFailed(failure);
        }
    }
}

/// <summary>A request whose client got a signal while it waited.</summary>
internal readonly record struct SignalledClient(nint Handle, int Thread);
