using IscsiMount.Transport.Memory;
using Xunit;

namespace IscsiMount.Transport.Tests.Memory;

public sealed class MemoryConnectionIoTests
{
    private readonly byte[] _buffer = new byte[100];

    [Fact]
    public void A_full_connection_takes_what_fits_and_the_order_survives_the_wrap()
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(capacity: 8);

        int[] taken = [near.TrySend(["abcde"u8.ToArray()]), far.Receive(_buffer.AsSpan(0, 4), default),
            near.TrySend(["fgh"u8.ToArray(), "ijklmn"u8.ToArray()]), near.TrySend(["x"u8.ToArray()])];

        Assert.Equal([5, 4, 7, 0], taken);
        Assert.Equal(8, far.Receive(_buffer.AsSpan(4, 2), _buffer.AsSpan(6)));
        Assert.Equal("abcdefghijkl"u8.ToArray(), _buffer[..12]);
    }

    [Fact]
    public void What_was_sent_before_an_orderly_end_still_arrives()
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair();
        near.TrySend(["abc"u8.ToArray()]);

        near.Dispose();

        Assert.Equal([3, 0], new[] { far.Receive(_buffer, default), far.Receive(_buffer, default) });
    }

    [Fact]
    public void An_abort_takes_along_what_was_under_way()
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair();
        near.TrySend(["abc"u8.ToArray()]);

        near.Abort();

        Assert.Throws<ConnectionLostException>(() => far.Receive(_buffer, default));
        Assert.Throws<ConnectionLostException>(() => far.TrySend(["x"u8.ToArray()]));
        Assert.Throws<ConnectionLostException>(near.WaitUntilWritable);
    }

    [Fact]
    public void A_tap_sees_both_directions_as_they_are_on_the_wire()
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(capacity: 8);
        var tap = new KeepingTap();
        var tapped = new TappedConnectionIo(near, tap);

        tapped.TrySend(["abc"u8.ToArray(), "defghijk"u8.ToArray()]);
        far.TrySend(["xyz"u8.ToArray()]);
        tapped.Receive(_buffer.AsSpan(0, 1), _buffer.AsSpan(1));

        Assert.Equal("abcdefgh"u8.ToArray(), tap.SentBytes);
        Assert.Equal("xyz"u8.ToArray(), tap.ReceivedBytes);
    }

    private sealed class KeepingTap : IWireTap
    {
        public List<byte> SentBytes { get; } = [];

        public List<byte> ReceivedBytes { get; } = [];

        public void Sent(ReadOnlySpan<byte> bytes) => SentBytes.AddRange(bytes);

        public void Received(ReadOnlySpan<byte> bytes) => ReceivedBytes.AddRange(bytes);
    }
}
