using System.Net.Sockets;

namespace IscsiMount.Transport.Tcp;

/// <summary>A TCP connection. Its socket stays in blocking mode for life: nothing on it is ever awaited.</summary>
public sealed class SocketConnectionIo : IConnectionIo
{
    private readonly Socket _socket;
    private readonly ISocketSender _sender;
    private int _isAborted;

    /// <summary>Takes over a connected socket on which nothing has been awaited yet.</summary>
    public SocketConnectionIo(Socket socket)
        : this(socket, LinuxSocketCalls.AreAvailable ? new GatherSender(socket) : new OverlappedSender(socket))
    {
    }

    internal SocketConnectionIo(Socket socket, ISocketSender sender)
    {
        _socket = socket;
        _sender = sender;
        RemoteName = $"{socket.RemoteEndPoint}";
        LocalName = $"{socket.LocalEndPoint}";
        socket.NoDelay = true;
    }

    public string RemoteName { get; }

    public string LocalName { get; }

    public int Receive(Span<byte> first, Span<byte> second)
    {
        if (first.IsEmpty)
        {
            return ReceiveOne(second);
        }

        // Without a call for two places the second one waits for the next call, which costs that call and no more.
        return second.IsEmpty || !LinuxSocketCalls.AreAvailable ? ReceiveOne(first) : ReceiveTwo(first, second);
    }

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces) => _sender.TrySend(pieces);

    public void WaitUntilWritable() => _sender.WaitUntilWritable();

    public void Abort()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0)
        {
            return;
        }

        try
        {
            // What is still queued in the system must not reach the target later, behind the back of a new session.
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was quicker. The connection is down, which is all that was wanted.
        }

        _sender.Abort();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sender.Dispose();
    }

    private int ReceiveOne(Span<byte> destination)
    {
        while (true)
        {
            int count = _socket.Receive(destination, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                return Checked(count);
            }

            if (error != SocketError.Interrupted || Volatile.Read(ref _isAborted) != 0)
            {
                throw SocketFaults.Lost(error);
            }
        }
    }

    private int ReceiveTwo(Span<byte> first, Span<byte> second)
    {
        while (true)
        {
            int count = LinuxSocketCalls.Receive(_socket.SafeHandle, first, second, out int error);
            if (count >= 0)
            {
                return Checked(count);
            }

            if (error != LinuxSocketCalls.ErrorInterrupted)
            {
                throw SocketFaults.Lost(error);
            }
        }
    }

    private int Checked(int count)
    {
        // After our own shutdown the system reports an ordinary end of the stream.
        return count == 0 && Volatile.Read(ref _isAborted) != 0
            ? throw new ConnectionLostException("The connection was aborted on this side.")
            : count;
    }
}
