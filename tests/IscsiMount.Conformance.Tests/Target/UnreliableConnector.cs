using IscsiMount.Transport;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>
/// Makes connections that break after a number of bytes, anywhere inside a PDU, or deliver one byte wrongly. Where and
/// how is up to the seed. After a number of such faults it becomes reliable.
/// </summary>
internal sealed class UnreliableConnector(IConnector inner, Random chance, int faultsMax) : IConnector
{
    // A login is not protected by digests, and it is over by then.
    private const int DamageOffsetMin = 8192;

    private readonly Lock _lock = new();
    private int _faultCount;

    /// <summary>Faults that have been planned, one for each connection.</summary>
    public int FaultCount => _faultCount;

    public IConnectionIo Connect(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IConnectionIo connection = inner.Connect(host, port, timeout, cancellationToken);
        lock (_lock)
        {
            if (_faultCount == faultsMax)
            {
                return connection;
            }

            _faultCount++;
            bool isDamage = chance.Next(3) == 0;
            int offset = chance.Next(1, 128 * 1024);
            return new UnreliableIo(connection, isDamage ? DamageOffsetMin + offset : offset, isDamage);
        }
    }

    private sealed class UnreliableIo(IConnectionIo inner, int offset, bool isDamage) : IConnectionIo
    {
        private int _sendLeft = isDamage ? int.MaxValue : offset;
        private int _receiveLeft = offset;

        public string RemoteName => inner.RemoteName;

        public string LocalName => inner.LocalName;

        public int Receive(Span<byte> first, Span<byte> second)
        {
            Span<byte> place = first.IsEmpty ? second : first;
            if (_receiveLeft <= 0 && !isDamage)
            {
                inner.Abort();
            }

            int wanted = _receiveLeft > 0 ? Math.Min(place.Length, _receiveLeft) : place.Length;
            int received = inner.Receive(place[..wanted], default);
            if (isDamage && received > 0 && received == _receiveLeft)
            {
                place[received - 1] ^= 0x10;
            }

            _receiveLeft = Math.Max(_receiveLeft - received, 0);
            return received;
        }

        public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
        {
            if (_sendLeft <= 0)
            {
                inner.Abort();
            }

            ReadOnlyMemory<byte> piece = pieces[0];
            int sent = inner.TrySend([piece[..Math.Min(piece.Length, Math.Max(_sendLeft, 1))]]);
            _sendLeft -= isDamage ? 0 : sent;
            return sent;
        }

        public void WaitUntilWritable() => inner.WaitUntilWritable();

        public void Abort() => inner.Abort();

        public void Dispose() => inner.Dispose();
    }
}
