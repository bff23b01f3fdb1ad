using System.Net;
using System.Net.Sockets;
using IscsiMount.Testing;
using IscsiMount.Transport.Tcp;
using Xunit;

namespace IscsiMount.Transport.Tests.Tcp;

public sealed class TcpConnectorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpConnector _connector = new(TimeProvider.System);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void A_listener_is_reached_by_address_and_by_name(string host)
    {
        using var listener = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));

        using IConnectionIo near = _connector.Connect(host, listener.Address.Port, Patience, CancellationToken.None);
        using IConnectionIo? far = listener.Accept();

        Assert.Equal(listener.LocalName, near.RemoteName);
        Assert.Equal(near.LocalName, far!.RemoteName);
    }

    [Fact]
    public void A_port_without_listener_refuses()
    {
        var lost = Assert.Throws<ConnectionLostException>(
            () => _connector.Connect("127.0.0.1", FreePort.Next(), Patience, CancellationToken.None));

        Assert.Equal(ConnectFailure.Refused, lost.Failure);
    }

    [Fact]
    public void A_name_that_cannot_exist_is_unknown()
    {
        var lost = Assert.Throws<ConnectionLostException>(
            () => _connector.Connect("nowhere.invalid", 3260, Patience, CancellationToken.None));

        Assert.Equal((ConnectFailure.NameUnknown, false), (lost.Failure, lost.IsTransient));
    }

    [Fact]
    public void Silence_is_a_timeout()
    {
        using var full = new SilentPort();

        var lost = Assert.Throws<ConnectionLostException>(
            () => _connector.Connect("127.0.0.1", full.Port, TimeSpan.FromMilliseconds(300), CancellationToken.None));

        Assert.Equal((ConnectFailure.TimedOut, true), (lost.Failure, lost.IsTransient));
    }

    [Fact]
    public void A_cancelled_token_ends_the_attempt_as_a_cancellation()
    {
        using var full = new SilentPort();
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Assert.Throws<OperationCanceledException>(
            () => _connector.Connect("127.0.0.1", full.Port, Patience, cancelled.Token));
    }

    [Fact]
    public async Task A_stopped_listener_accepts_no_more()
    {
        using var listener = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));
        IConnectionIo? accepted = null;
        var acceptor = new Thread(() => accepted = listener.Accept());
        acceptor.Start();

        listener.Stop();
        await Eventually.HoldsAsync(() => !acceptor.IsAlive);

        Assert.Null(accepted);
    }

    [Fact]
    public void A_taken_port_is_told()
    {
        using var first = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));

        var lost = Assert.Throws<ConnectionLostException>(() => new TcpConnectionListener(first.Address));

        Assert.Contains($"{first.Address}", lost.Message, StringComparison.Ordinal);
    }

    /// <summary>A port whose queue is full: the system then drops whoever calls.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _callers = [];

        public SilentPort()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            for (int i = 0; i < 4; i++)
            {
                var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                caller.Blocking = false;
                _callers.Add(caller);
                _ = Record.Exception(() => caller.Connect(_listener.LocalEndPoint!));
            }
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            _callers.ForEach(caller => caller.Dispose());
            _listener.Dispose();
        }
    }
}
