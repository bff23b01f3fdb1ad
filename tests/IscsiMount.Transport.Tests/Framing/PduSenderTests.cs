using IscsiMount.Testing;
using IscsiMount.Transport.Framing;
using IscsiMount.Transport.Memory;
using Xunit;

namespace IscsiMount.Transport.Tests.Framing;

public sealed class PduSenderTests
{
    private static readonly TestPdu Short = new(new byte[48], []);

    private readonly MemoryConnectionIo _near;
    private readonly MemoryConnectionIo _far;

    public PduSenderTests()
    {
        (_near, _far) = MemoryConnectionIo.CreatePair(capacity: 4096);
    }

    [Fact]
    public void Requests_of_the_corked_thread_wait_for_the_end_of_its_batch()
    {
        var source = new ListSource(PduFraming.OfLogin, Short);
        using var sender = new PduSender(_near, source, new CorkLimit(8, 1000));

        sender.Cork();
        sender.Request(48);
        int whileCorked = _far.ReadableLength;
        sender.Uncork();

        Assert.Equal((0, 48), (whileCorked, _far.ReadableLength));
    }

    [Theory]
    [InlineData(8, 48, 8)]
    [InlineData(2, 500, 2)]
    public void A_corked_thread_sends_once_enough_was_collected(int requests, int length, int expectedPdus)
    {
        var source = new ListSource(PduFraming.OfLogin);
        using var sender = new PduSender(_near, source, new CorkLimit(8, 1000));

        sender.Cork();
        for (int i = 0; i < requests; i++)
        {
            Assert.Equal(0, _far.ReadableLength);
            source.Add(Short);
            sender.Request(length);
        }

        Assert.Equal(expectedPdus * 48, _far.ReadableLength);
    }

    [Fact]
    public async Task A_request_of_another_thread_is_not_held_back_by_the_cork()
    {
        var source = new ListSource(PduFraming.OfLogin, Short);
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);

        sender.Cork();
        var other = new Thread(() => sender.Request(48));
        other.Start();

        await Eventually.HoldsAsync(() => _far.ReadableLength == 48);
        other.Join();
    }

    [Fact]
    public async Task When_the_connection_is_full_the_caller_goes_on_and_the_rest_follows()
    {
        var pdu = new TestPdu(new byte[48], [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i % 251))]);
        var source = new ListSource(PduFraming.OfLogin, pdu, Short);
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);

        sender.Request(0);
        int endedAtReturn = source.BatchesEnded;
        byte[] received = new byte[48 + 50_000 + 48];
        for (int count = 0; count < received.Length;)
        {
            count += _far.Receive(received.AsSpan(count), default);
        }

        Assert.Equal(0, endedAtReturn);
        Assert.Equal(pdu.Data, received[48..^48]);
        await Eventually.HoldsAsync(() => source.BatchesEnded == 1);
        _near.Abort();
        sender.Stop();
    }

    [Fact]
    public void A_sender_that_waits_is_released_by_an_abort_and_tells_its_source()
    {
        var source = new ListSource(PduFraming.OfLogin, new TestPdu(new byte[48], new byte[50_000]));
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);
        sender.Request(0);

        _near.Abort();
        sender.Stop();

        Assert.True(source.Fault is null or ConnectionLostException);
        Assert.Equal(0, source.BatchesEnded);
    }

    [Fact]
    public void A_lost_connection_is_told_once_and_nothing_is_sent_any_more()
    {
        var source = new ListSource(PduFraming.OfLogin, Short);
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);
        _far.Abort();

        sender.Request(48);
        source.Add(Short);
        sender.Request(48);

        Assert.IsType<ConnectionLostException>(source.Fault);
        Assert.Equal(1, source.WaitingCount);
        sender.Stop();
    }

    [Fact]
    public void A_request_from_inside_of_the_source_is_not_lost()
    {
        var source = new EchoingSource();
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);
        source.Sender = sender;

        sender.Request(48);

        Assert.Equal(2 * 48, _far.ReadableLength);
    }

    [Fact]
    public async Task Every_request_of_many_threads_is_served()
    {
        const int ThreadCount = 4;
        const int RequestCount = 5000;
        var source = new CountingSource();
        using var sender = new PduSender(_near, source, CorkLimit.OfInitiator);
        Thread[] threads = [.. Enumerable.Range(0, ThreadCount).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < RequestCount; i++)
            {
                source.Add();
                sender.Request(48);
            }
        }))];

        byte[] sink = new byte[4096];
        Array.ForEach(threads, thread => thread.Start());
        for (int left = ThreadCount * RequestCount * 48; left > 0;)
        {
            left -= _far.Receive(sink, default);
        }

        Array.ForEach(threads, thread => thread.Join());
        await Eventually.HoldsAsync(() => source.EndedCount == ThreadCount * RequestCount);
        _near.Abort();
        sender.Stop();
    }

    private sealed class EchoingSource : IPduSource
    {
        private int _waiting = 1;
        private bool _hasEchoed;

        public PduSender? Sender { get; set; }

        public void Fill(PduBatch batch)
        {
            for (; _waiting > 0; _waiting--)
            {
                batch.Add(new byte[48]);
            }
        }

        public void EndBatch()
        {
            if (!_hasEchoed)
            {
                _hasEchoed = true;
                _waiting = 1;
                Sender!.Request(48);
            }
        }

        public void Fail(Exception fault) => Assert.Fail(fault.Message);
    }

    private sealed class CountingSource : IPduSource
    {
        private int _waiting;
        private int _inBatch;
        private int _endedCount;

        public int EndedCount => Volatile.Read(ref _endedCount);

        public void Add() => Interlocked.Increment(ref _waiting);

        public void Fill(PduBatch batch)
        {
            Assert.Equal(0, _inBatch);
            while (batch.HasRoom && Volatile.Read(ref _waiting) > 0)
            {
                Interlocked.Decrement(ref _waiting);
                batch.Add(new byte[48]);
                _inBatch++;
            }
        }

        public void EndBatch()
        {
            Volatile.Write(ref _endedCount, _endedCount + _inBatch);
            _inBatch = 0;
        }

        public void Fail(Exception fault) => Assert.Fail(fault.Message);
    }
}
