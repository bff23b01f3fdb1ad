using IscsiMount.Target.Units;
using IscsiMount.Transport;

namespace IscsiMount.Target.Connections;

/// <summary>Owns the threads of a server: one for each portal, and one for each connection.</summary>
internal sealed class ConnectionHost(ConnectionContext context) : IDisposable
{
    // LIMIT: a connection's thread calls only a few levels deep.
    private const int StackSize = 512 * 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<Connection> _connections = [];
    private readonly List<(IConnectionListener Listener, Thread Thread)> _listeners = [];
    private readonly TaskCompletionSource _isEmpty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Takes the connections that a listener gets, until <see cref="StopListening"/>.</summary>
    public void Listen(IConnectionListener listener)
    {
        var thread = new Thread(
            () =>
            {
                while (listener.Accept() is { } connection)
                {
                    Accept(connection);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = $"target portal {listener.LocalName}",
        };
        _listeners.Add((listener, thread));
        thread.Start();
    }

    /// <summary>Serves a connection, or closes it if there are too many.</summary>
    public void Accept(IConnectionIo io)
    {
        Connection connection;
        lock (_lock)
        {
            if (_isStopping || _connections.Count >= context.Options.ConnectionsMax)
            {
                context.Log.TooManyConnections(io.RemoteName, _connections.Count);
                io.Abort();
                io.Dispose();
                return;
            }

            connection = new Connection(io, context);
            _connections.Add(connection);
        }

        var thread = new Thread(() => Serve(connection), StackSize)
        {
            IsBackground = true,
            Name = $"target connection {io.RemoteName}",
        };
        thread.Start();
    }

    public void StopListening()
    {
        lock (_lock)
        {
            _isStopping = true;
            SignalIfEmpty();
        }

        foreach ((IConnectionListener listener, Thread thread) in _listeners)
        {
            listener.Stop();
            thread.Join();
            listener.Dispose();
        }

        _listeners.Clear();
    }

    public void AskForLogout(TimeSpan grace)
    {
        foreach (Connection connection in All())
        {
            if (connection.FullFeature is { } phase)
            {
                phase.AskForLogout(grace);
            }
            else
            {
                connection.End(EndReason.ServerStopped);
            }
        }
    }

    /// <summary>
    /// Asks the initiators of targets that are taken away to log out, and closes what is left after a short time.
    /// </summary>
    public void EndSessions(IReadOnlyCollection<TargetNode> targets, TimeSpan grace)
    {
        foreach (Connection connection in All())
        {
            if (connection.FullFeature is { } phase && targets.Contains(phase.Session.Target))
            {
                phase.AskForLogout(grace);
                connection.Close(EndReason.TargetRemoved);
            }
        }
    }

    public void EndAll(EndReason reason)
    {
        foreach (Connection connection in All())
        {
            connection.End(reason);
        }
    }

    public void CheckTime()
    {
        foreach (Connection connection in All())
        {
            connection.CheckTime();
        }
    }

    /// <summary>Waits until the last connection is gone, or until nobody wants to wait any more.</summary>
    public async Task WaitUntilEmptyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _isEmpty.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Those that are left are ended by force.
        }
    }

    public void Dispose() => StopListening();

    private void Serve(Connection connection)
    {
        connection.Run();
        context.Log.ConnectionEnded(connection.RemoteName, connection.EndReason);
        connection.Dispose();
        lock (_lock)
        {
            _connections.Remove(connection);
            SignalIfEmpty();
        }
    }

    private void SignalIfEmpty()
    {
        if (_isStopping && _connections.Count == 0)
        {
            _isEmpty.TrySetResult();
        }
    }

    private Connection[] All()
    {
        lock (_lock)
        {
            return [.. _connections];
        }
    }
}
