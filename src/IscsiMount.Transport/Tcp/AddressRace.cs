using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace IscsiMount.Transport.Tcp;

/// <summary>
/// Connects to whichever address of a host answers first (RFC 8305 §5). An address that is silent costs the head start
/// that it got, and not the time that there is for all of them.
/// </summary>
/// <remarks>
/// Each attempt blocks a thread of its own, so that the socket stays blocking (docs/adr/0004). Whoever calls waits for
/// the first that succeeds; attempts that are overtaken are cancelled, and close what they got.
/// </remarks>
internal sealed class AddressRace<TConnection>(
    Func<IPAddress, CancellationToken, TConnection> connect, TimeProvider time)
    where TConnection : class, IDisposable
{
    /// <summary>How long an address is alone before the next one is tried beside it (RFC 8305 §8).</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>The addresses in the order of the system, but of the two families by turns (RFC 8305 §4).</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        AddressFamily first = addresses.Count > 0 ? addresses[0].AddressFamily : default;
        var preferred = new Queue<IPAddress>(addresses.Where(each => each.AddressFamily == first));
        var others = new Queue<IPAddress>(addresses.Where(each => each.AddressFamily != first));
        var order = new List<IPAddress>(addresses.Count);
        while (preferred.TryDequeue(out IPAddress? one) | others.TryDequeue(out IPAddress? other))
        {
            order.AddRange(new[] { one, other }.OfType<IPAddress>());
        }

        return order;
    }

    /// <exception cref="SocketException">No address could be connected to; this is what the last one said.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public TConnection Run(IReadOnlyList<IPAddress> addresses, CancellationToken giveUp)
    {
        if (addresses.Count == 1)
        {
            return connect(addresses[0], giveUp);
        }

        using var overtaken = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        using var finish = new Finish(addresses.Count);
        try
        {
            foreach (IPAddress address in addresses)
            {
                Start(address, finish, overtaken.Token);
                if (finish.Wait(HeadStart, time, giveUp) is { } winner)
                {
                    return winner;
                }
            }

            return finish.WaitForAll(giveUp);
        }
        finally
        {
            overtaken.Cancel();
        }
    }

    private void Start(IPAddress address, Finish finish, CancellationToken overtaken)
    {
        var attempt = new Thread(() => Attempt(address, finish, overtaken))
        {
            IsBackground = true,
            Name = $"connect {address}",
        };
        attempt.Start();
    }

    private void Attempt(IPAddress address, Finish finish, CancellationToken overtaken)
    {
        try
        {
            finish.Reach(connect(address, overtaken));
        }
        catch (SocketException failed)
        {
            finish.Fail(failed);
        }
        catch (OperationCanceledException)
        {
            // Another one was faster, or nobody waits any more.
        }
    }

    /// <summary>Where attempts arrive, on their own threads.</summary>
    private sealed class Finish(int attempts) : IDisposable
    {
        private readonly BlockingCollection<(TConnection? Connection, SocketException? Failure)> _arrivals = new();
        private readonly Lock _lock = new();
        private bool _isClosed;
        private int _failures;
        private SocketException? _last;

        public void Reach(TConnection connection)
        {
            if (!TryAdd((connection, null)))
            {
                connection.Dispose();
            }
        }

        public void Fail(SocketException failure) => TryAdd((null, failure));

        /// <summary>The first connection within the time; null if there is none, or if an attempt failed.</summary>
        public TConnection? Wait(TimeSpan within, TimeProvider time, CancellationToken giveUp)
        {
            using var late = new CancellationTokenSource(within, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, giveUp);
            try
            {
                return Take(either.Token);
            }
            catch (OperationCanceledException) when (!giveUp.IsCancellationRequested)
            {
                return null;
            }
        }

        /// <exception cref="SocketException">All have failed.</exception>
        public TConnection WaitForAll(CancellationToken giveUp)
        {
            while (_failures < attempts)
            {
                if (Take(giveUp) is { } connection)
                {
                    return connection;
                }
            }

            throw _last!;
        }

        /// <summary>Nobody takes anything any more.</summary>
        public void Dispose()
        {
            lock (_lock)
            {
                _isClosed = true;
            }

            foreach ((TConnection? late, _) in _arrivals)
            {
                late?.Dispose();
            }

            _arrivals.Dispose();
        }

        private TConnection? Take(CancellationToken giveUp)
        {
            (TConnection? connection, SocketException? failure) = _arrivals.Take(giveUp);
            if (failure is not null)
            {
                _failures++;
                _last = failure;
            }

            return connection;
        }

        // The lock keeps a connection from arriving where nobody looks any more.
        private bool TryAdd((TConnection?, SocketException?) arrival)
        {
            lock (_lock)
            {
                if (!_isClosed)
                {
                    _arrivals.Add(arrival);
                }

                return !_isClosed;
            }
        }
    }
}
