using System.Net;
using System.Net.Sockets;

namespace IscsiMount.Transport.Tcp;

/// <summary>Makes TCP connections.</summary>
public sealed class TcpConnector(TimeProvider time) : IConnector
{
    // LIMIT: a name may have any number of addresses; nobody waits for more than these.
    private const int AddressesMax = 16;

    public IConnectionIo Connect(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        string where = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
        try
        {
            return ConnectToFirst(Resolve(host, where, either.Token), port, where, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw SocketFaults.TooSlow(where, timeout);
        }
    }

    private static IPAddress[] Resolve(string host, string where, CancellationToken giveUp)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
            // Only this form can be given up; it does not touch a socket of ours.
            IPAddress[] found = Dns.GetHostAddressesAsync(host, giveUp).GetAwaiter().GetResult();
            Array.Resize(ref found, Math.Min(found.Length, AddressesMax));
            return found;
        }
        catch (SocketException unknown)
        {
            throw new ConnectionLostException($"No connection to {where}: {unknown.Message}", unknown)
            {
                Failure = ConnectFailure.NameUnknown,
            };
        }
    }

    private SocketConnectionIo ConnectToFirst(
        IPAddress[] addresses, int port, string where, CancellationToken giveUp)
    {
        var race = new AddressRace<SocketConnectionIo>(
            (address, overtaken) => ConnectTo(new IPEndPoint(address, port), overtaken), time);
        try
        {
            return addresses.Length > 0
                ? race.Run(AddressRace<SocketConnectionIo>.Interleave(addresses), giveUp)
                : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException failed)
        {
            giveUp.ThrowIfCancellationRequested();
            throw SocketFaults.NotMade(where, failed);
        }
    }

    private static SocketConnectionIo ConnectTo(IPEndPoint address, CancellationToken giveUp)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Closing the socket is what ends a blocking connect.
            using (giveUp.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket))
            {
                socket.Connect(address);
            }

            giveUp.ThrowIfCancellationRequested();
            return new SocketConnectionIo(socket);
        }
        catch (ObjectDisposedException)
        {
            giveUp.ThrowIfCancellationRequested();
            throw;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
