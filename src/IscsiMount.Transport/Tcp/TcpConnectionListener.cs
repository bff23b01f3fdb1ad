using System.Net;
using System.Net.Sockets;

namespace IscsiMount.Transport.Tcp;

/// <summary>Takes TCP connections at one address.</summary>
public sealed class TcpConnectionListener : IConnectionListener
{
    private const int BacklogMax = 128;

    private readonly Socket _socket;
    private volatile bool _isStopped;

    /// <param name="address">Where to listen. Port 0 lets the system choose; <see cref="Address"/> tells which.</param>
    /// <exception cref="ConnectionLostException">The address cannot be had.</exception>
    public TcpConnectionListener(IPEndPoint address)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(BacklogMax);
        }
        catch (SocketException failed)
        {
            _socket.Dispose();
            throw new ConnectionLostException($"Cannot listen at {address}: {failed.Message}", failed)
            {
                Failure = ConnectFailure.Other,
            };
        }

        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }

    public string LocalName => Address.ToString();

    public IConnectionIo? Accept()
    {
        while (!_isStopped)
        {
            Socket? accepted = null;
            try
            {
                accepted = _socket.Accept();
                return new SocketConnectionIo(accepted);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                accepted?.Dispose();
                ThrowUnlessHarmless(gone, isOfPeer: accepted is not null);
            }
        }

        return null;
    }

    public void Stop()
    {
        _isStopped = true;
        _socket.Dispose();
    }

    public void Dispose() => Stop();

    // A peer that went away between its call and our answer is no trouble of ours. Having no handles left is.
    private void ThrowUnlessHarmless(Exception gone, bool isOfPeer)
    {
        bool isHarmless = _isStopped || isOfPeer
            || gone is SocketException { SocketErrorCode: SocketError.ConnectionAborted };
        if (!isHarmless)
        {
            throw new ConnectionLostException($"Cannot take connections at {Address}: {gone.Message}", gone);
        }
    }
}
