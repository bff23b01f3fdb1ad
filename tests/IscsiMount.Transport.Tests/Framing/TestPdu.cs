using System.Buffers.Binary;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Transport.Tests.Framing;

/// <summary>A PDU that remembers what it was made of.</summary>
internal sealed record TestPdu(byte[] Header, byte[] Data)
{
    public static TestPdu Random(Random chance, int dataLengthMax)
    {
        byte[] header = new byte[48 + (4 * (chance.Next(4) == 0 ? chance.Next(5) : 0))];
        chance.NextBytes(header);
        byte[] data = new byte[chance.Next(3) == 0 ? 0 : chance.Next(1, dataLengthMax + 1)];
        chance.NextBytes(data);
        return new TestPdu(header, data);
    }

    // The lengths are the framing's to write: here it is told what it must have written.
    public byte[] HeaderOnWire()
    {
        byte[] wire = [.. Header];
        BinaryPrimitives.WriteInt32BigEndian(wire.AsSpan(4), ((Header.Length - 48) / 4 << 24) | Data.Length);
        return wire;
    }
}

/// <summary>Keeps what a receiver hands over. Every second PDU gets a place of its own.</summary>
internal sealed class KeepingHandler : IPduHandler
{
    public List<TestPdu> Received { get; } = [];

    public List<bool> Intact { get; } = [];

    public int BatchCount { get; private set; }

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) =>
        Received.Count % 2 == 0 ? new byte[length + 1] : default;

    public void Handle(in ReceivedPdu pdu)
    {
        Received.Add(new TestPdu([.. pdu.Header, .. pdu.Ahs], pdu.Data.ToArray()));
        Intact.Add(pdu.IsDataIntact);
    }

    public void EndBatch() => BatchCount++;
}

/// <summary>Gives PDUs to a sender, as many as there are.</summary>
internal sealed class ListSource(PduFraming framing, params IEnumerable<TestPdu> pdus) : IPduSource
{
    private readonly Queue<TestPdu> _waiting = new(pdus);

    public Exception? Fault { get; private set; }

    public int WaitingCount => _waiting.Count;

    public int BatchesEnded { get; private set; }

    public void Add(TestPdu pdu) => _waiting.Enqueue(pdu);

    public void Fill(PduBatch batch)
    {
        batch.Framing = framing;
        while (batch.HasRoom && _waiting.TryDequeue(out TestPdu? pdu))
        {
            batch.Add(pdu.Header, pdu.Data);
        }
    }

    public void EndBatch() => BatchesEnded++;

    public void Fail(Exception fault) => Fault = fault;
}

/// <summary>A connection that hands out few bytes at a time, cut where a seed says.</summary>
internal sealed class ChoppyConnectionIo(IConnectionIo inner, Random chance, int lengthMax) : IConnectionIo
{
    public string RemoteName => inner.RemoteName;

    public string LocalName => inner.LocalName;

    public int Receive(Span<byte> first, Span<byte> second)
    {
        int length = chance.Next(1, lengthMax + 1);
        int inFirst = Math.Min(length, first.Length);
        int inSecond = Math.Min(length - inFirst, second.Length);
        return inner.Receive(first[..inFirst], second[..inSecond]);
    }

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces) => inner.TrySend(pieces);

    public void WaitUntilWritable() => inner.WaitUntilWritable();

    public void Abort() => inner.Abort();

    public void Dispose() => inner.Dispose();
}
