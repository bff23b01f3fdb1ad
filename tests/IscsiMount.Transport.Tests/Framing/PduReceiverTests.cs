using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using IscsiMount.Transport.Framing;
using IscsiMount.Transport.Memory;
using Xunit;

namespace IscsiMount.Transport.Tests.Framing;

public sealed class PduReceiverTests
{
    private static readonly PduFraming WithDigests = new()
    {
        HasHeaderDigest = true,
        HasDataDigest = true,
        MaxRecvDataSegmentLength = 100_000,
    };

    [Theory, Seeds(150), Rfc7143("11.1")]
    public void What_was_sent_arrives_wherever_the_stream_is_cut(int seed)
    {
        var chance = new Random(seed);
        PduFraming framing = WithDigests with
        {
            HasHeaderDigest = chance.Next(2) == 0,
            HasDataDigest = chance.Next(2) == 0,
        };
        int dataLengthMax = chance.Next(3) switch { 0 => 9, 1 => 6000, _ => 100_000 };
        int count = chance.Next(1, 40);
        TestPdu[] pdus = [.. Enumerable.Range(0, count).Select(_ => TestPdu.Random(chance, dataLengthMax))];
        int cutMax = chance.Next(3) switch { 0 => 3, 1 => 100, _ => 80_000 };

        KeepingHandler handler = Transfer(framing, pdus, chance, cutMax);

        Assert.Equal(pdus.Select(pdu => pdu.HeaderOnWire()), handler.Received.Select(pdu => pdu.Header));
        Assert.Equal(pdus.Select(pdu => pdu.Data), handler.Received.Select(pdu => pdu.Data));
        Assert.DoesNotContain(false, handler.Intact);
    }

    [Fact, Rfc7143("13.1")]
    public void Digests_lie_on_the_wire_with_the_least_significant_byte_first_and_cover_the_padding()
    {
        byte[] header = new byte[48];

        byte[] wire = Wire(WithDigests, new TestPdu(header, "abcde"u8.ToArray()));

        header[7] = 5;
        byte[] headerDigest = new byte[4];
        Crc32C.WriteDigest(headerDigest, Crc32C.Compute(header));
        byte[] expected =
            [.. header, .. headerDigest, .. "abcde"u8, 0, 0, 0, .. Convert.FromHexString("838BEAEC")];
        Assert.Equal(expected, wire);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(51)]
    public void A_flipped_bit_in_a_header_ends_the_stream_and_nothing_is_handed_over(int place)
    {
        byte[] wire = Wire(WithDigests, new TestPdu(new byte[48], [1, 2, 3]));
        wire[place] ^= 0x10;
        (PduReceiver receiver, KeepingHandler handler) = ReceiverOf(WithDigests, wire);

        ReceiveOutcome outcome = receiver.ReceiveBatch();

        Assert.Equal(ReceiveOutcome.HeaderDigestMismatch, outcome);
        Assert.Empty(handler.Received);
        Assert.Equal(1, handler.BatchCount);
    }

    [Theory]
    [InlineData(52)]    // data
    [InlineData(55)]    // padding
    [InlineData(59)]    // the digest
    public void A_flipped_bit_in_data_is_told_and_the_next_pdu_is_found(int place)
    {
        var second = new TestPdu(new byte[48], [4]);
        byte[] wire = Wire(WithDigests, new TestPdu(new byte[48], [1, 2, 3]), second);
        wire[place] ^= 0x10;
        (PduReceiver receiver, KeepingHandler handler) = ReceiverOf(WithDigests, wire);

        receiver.ReceiveBatch();

        Assert.Equal([false, true], handler.Intact);
        Assert.Equal(second.Data, handler.Received[1].Data);
    }

    [Fact]
    public void A_pdu_without_data_has_no_data_digest()
    {
        byte[] wire = Wire(WithDigests, new TestPdu(new byte[48], []));

        Assert.Equal(52, wire.Length);
    }

    [Theory, Rfc7143("13.12")]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    public void A_segment_longer_than_declared_is_a_violation_before_any_of_it_is_stored(int length, bool isLegal)
    {
        byte[] header = new byte[48];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), length);
        (PduReceiver receiver, _) = ReceiverOf(PduFraming.OfLogin, header);

        var violation = Record.Exception(() => receiver.ReceiveBatch()) as ProtocolViolationException;

        Assert.Equal(isLegal ? null : "RFC 7143 §13.12", violation?.Rule);
    }

    [Fact]
    public void An_end_between_two_pdus_is_orderly()
    {
        (PduReceiver receiver, KeepingHandler handler) = ReceiverOf(PduFraming.OfLogin, new byte[48]);

        ReceiveOutcome[] outcomes = [receiver.ReceiveBatch(), receiver.ReceiveBatch()];

        Assert.Equal([ReceiveOutcome.Continues, ReceiveOutcome.Ended], outcomes);
        Assert.Single(handler.Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(51)]
    public void An_end_inside_of_a_pdu_is_a_lost_connection(int length)
    {
        byte[] wire = Wire(PduFraming.OfLogin, new TestPdu(new byte[48], [1, 2, 3]));
        (PduReceiver receiver, _) = ReceiverOf(PduFraming.OfLogin, wire[..length]);
        receiver.ReceiveBatch();

        Assert.Throws<ConnectionLostException>(() => receiver.ReceiveBatch());
    }

    [Fact]
    public void Steady_receiving_allocates_nothing()
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair();
        var receiver = new PduReceiver(far, new CountingHandler()) { Framing = WithDigests };
        byte[] wire = Wire(WithDigests, new TestPdu(new byte[48], new byte[50_000]), new TestPdu(new byte[48], [1]));
        SendAndReceive();

        long before = GC.GetAllocatedBytesForCurrentThread();
        SendAndReceive();
        SendAndReceive();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void SendAndReceive()
        {
            near.TrySend([wire]);
            while (far.ReadableLength > 0)
            {
                receiver.ReceiveBatch();
            }
        }
    }

    private static KeepingHandler Transfer(PduFraming framing, TestPdu[] pdus, Random chance, int cutMax)
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(capacity: 20_000);
        var source = new ListSource(framing, pdus);
        var sender = new PduSender(near, source, CorkLimit.OfInitiator);
        var handler = new KeepingHandler();
        var receiver = new PduReceiver(new ChoppyConnectionIo(far, chance, cutMax), handler) { Framing = framing };

        sender.Request(0);
        while (handler.Received.Count < pdus.Length)
        {
            Assert.Equal(ReceiveOutcome.Continues, receiver.ReceiveBatch());
        }

        near.Abort();
        sender.Stop();
        sender.Dispose();
        Assert.Null(source.Fault);
        return handler;
    }

    private static byte[] Wire(PduFraming framing, params TestPdu[] pdus)
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair();
        var sender = new PduSender(near, new ListSource(framing, pdus), CorkLimit.OfInitiator);
        sender.Request(0);
        byte[] wire = new byte[far.ReadableLength];
        Assert.Equal(wire.Length, far.Receive(wire, default));
        return wire;
    }

    private static (PduReceiver Receiver, KeepingHandler Handler) ReceiverOf(PduFraming framing, byte[] wire)
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair();
        near.TrySend([wire]);
        near.Dispose();
        var handler = new KeepingHandler();
        return (new PduReceiver(far, handler) { Framing = framing }, handler);
    }

    private sealed class CountingHandler : IPduHandler
    {
        private readonly byte[] _place = new byte[100_000];

        public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) => _place;

        public void Handle(in ReceivedPdu pdu) => Assert.True(pdu.IsDataIntact);

        public void EndBatch()
        {
        }
    }
}
