using System.Net;
using System.Net.Sockets;
using IscsiMount.Transport.Tcp;
using Xunit;

namespace IscsiMount.Transport.Tests.Tcp;

public sealed class SocketConnectionIoTests : IDisposable
{
    private readonly Socket _nearSocket;
    private readonly SocketConnectionIo _far;

    public SocketConnectionIoTests()
    {
        using var listener = new TcpConnectionListener(new IPEndPoint(IPAddress.Loopback, 0));
        _nearSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _nearSocket.Connect(listener.Address);
        _far = (SocketConnectionIo)listener.Accept()!;
    }

    public void Dispose()
    {
        _nearSocket.Dispose();
        _far.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pieces_arrive_in_order_also_when_the_connection_is_full_in_between(bool isOverlapped)
    {
        using SocketConnectionIo near = Near(isOverlapped);
        byte[] sent = new byte[8_000_000];
        new Random(1).NextBytes(sent);
        ReadOnlyMemory<byte>[] pieces = [.. sent.Chunk(70_001).Select(chunk => (ReadOnlyMemory<byte>)chunk)];
        using var isFull = new SemaphoreSlim(0);
        var sender = new Thread(() => SendAll(near, pieces, isFull));

        sender.Start();
        isFull.Wait(CancellationToken.None);
        byte[] received = new byte[sent.Length];
        for (int count = 0; count < received.Length;)
        {
            int half = (received.Length - count) / 2;
            count += _far.Receive(received.AsSpan(count, half), received.AsSpan(count + half));
        }

        sender.Join();
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public void A_receive_fills_the_first_place_before_the_second()
    {
        using SocketConnectionIo near = Near();
        near.TrySend(["abcdefgh"u8.ToArray()]);
        byte[] first = new byte[3];
        byte[] second = new byte[100];

        int count = _far.Receive(first, second);

        Assert.Equal(8, count);
        Assert.Equal("abc"u8.ToArray(), first);
        Assert.Equal("defgh"u8.ToArray(), second[..5]);
    }

    [Fact]
    public void An_orderly_end_is_zero_bytes_after_the_last_ones()
    {
        SocketConnectionIo near = Near();
        near.TrySend(["ab"u8.ToArray()]);
        near.Dispose();
        byte[] buffer = new byte[10];

        int[] counts = [_far.Receive(buffer, default), _far.Receive(buffer, default)];

        Assert.Equal([2, 0], counts);
    }

    [Fact]
    public void An_abort_releases_a_waiting_receive_and_is_seen_by_both_sides()
    {
        using SocketConnectionIo near = Near();
        byte[] buffer = new byte[10];
        _far.TrySend(["a"u8.ToArray()]);
        using var isAboutToWait = new SemaphoreSlim(0);
        Exception? seen = null;
        var receiver = new Thread(() =>
        {
            near.Receive(buffer, default);
            isAboutToWait.Release();
            seen = Record.Exception(() => near.Receive(buffer, default));
        });
        receiver.Start();
        isAboutToWait.Wait(CancellationToken.None);

        near.Abort();
        near.Abort();
        receiver.Join();
        near.Dispose();

        Assert.IsType<ConnectionLostException>(seen);
        Assert.True(Record.Exception(() => ReceiveToTheEnd(_far)) is null or ConnectionLostException);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_abort_releases_a_waiting_send(bool isOverlapped)
    {
        using SocketConnectionIo near = Near(isOverlapped);
        using var isFull = new SemaphoreSlim(0);
        Exception? seen = null;
        var sender = new Thread(() => seen = Record.Exception(() => SendAll(near, [new byte[50_000_000]], isFull)));
        sender.Start();
        isFull.Wait(CancellationToken.None);

        near.Abort();
        sender.Join();

        Assert.IsType<ConnectionLostException>(seen);
    }

    [Fact]
    public void A_batch_of_pinned_and_unpinned_pieces_allocates_nothing()
    {
        using SocketConnectionIo near = Near();
        ReadOnlyMemory<byte>[] pieces = [new byte[48], new byte[8000], new byte[4]];
        byte[] received = new byte[8052];
        Exchange();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange()
        {
            near.TrySend(pieces);
            for (int count = 0; count < received.Length;)
            {
                int half = (received.Length - count + 1) / 2;
                count += _far.Receive(received.AsSpan(count, half), received.AsSpan(count + half));
            }
        }
    }

    private static void SendAll(SocketConnectionIo connection, ReadOnlyMemory<byte>[] pieces, SemaphoreSlim isFull)
    {
        foreach (ReadOnlyMemory<byte>[] some in pieces.Chunk(7))
        {
            byte[] rest = [.. some.SelectMany(piece => piece.ToArray())];
            int sent = connection.TrySend(some);
            while (sent < rest.Length)
            {
                isFull.Release();
                connection.WaitUntilWritable();
                sent += connection.TrySend([rest.AsMemory(sent)]);
            }
        }
    }

    private static void ReceiveToTheEnd(SocketConnectionIo connection)
    {
        byte[] buffer = new byte[1000];
        while (connection.Receive(buffer, default) > 0)
        {
        }
    }

    private SocketConnectionIo Near(bool isOverlapped = false) => isOverlapped
        ? new SocketConnectionIo(_nearSocket, new OverlappedSender(_nearSocket))
        : new SocketConnectionIo(_nearSocket);
}
