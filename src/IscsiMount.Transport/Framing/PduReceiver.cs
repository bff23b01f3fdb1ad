using IscsiMount.Primitives;

namespace IscsiMount.Transport.Framing;

/// <summary>
/// Cuts the stream of a connection into PDUs, a batch at a time. Long data segments go from the system straight to
/// where the handler wants them. One thread drives it.
/// </summary>
/// <remarks>
/// Memory is bounded: the staging buffer, and one data segment of the agreed length for data that nobody has a place
/// for. Nothing is allocated because a length field of the peer says so.
/// </remarks>
public sealed class PduReceiver(IConnectionIo connection, IPduHandler handler)
{
    // LIMIT: one receive of this size takes in all that a fast peer sends in the meantime; more gave nothing.
    private const int StagingLength = 64 * 1024;

    // LIMIT: while long segments are coming, less is staged, so that more of each goes straight to its place. It has
    // to hold the longest header.
    private const int StagingLengthBesideLongData = 4 * 1024;
    private const int LongDataLength = 16 * 1024;

    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingLength, pinned: true);
    private readonly byte[] _header = new byte[PduLayout.HeaderLengthMax];

    // What is staged and not yet taken.
    private int _start;
    private int _end;

    // The PDU that is being received, once its header is complete.
    private bool _hasHeader;
    private bool _isLongDataComing;
    private int _dataLength;
    private int _dataCount;
    private uint _dataCrc;
    private Memory<byte> _destination;
    private byte[] _ownDestination = [];

    /// <summary>
    /// The form of the next PDU. The handler may change it: that holds from the PDU after the present one.
    /// </summary>
    public PduFraming Framing { get; set; } = PduFraming.OfLogin;

    private int StagedLength => _end - _start;

    private ReadOnlySpan<byte> Staged => _staging.AsSpan(_start, StagedLength);

    private int TrailerLength =>
        PduLayout.PadLength(_dataLength) + (Framing.HasDataDigest && _dataLength > 0 ? Crc32C.DigestLength : 0);

    /// <summary>Waits for bytes, and hands over all PDUs that they complete.</summary>
    /// <exception cref="ConnectionLostException">The connection is gone, also by an end inside of a PDU.</exception>
    /// <exception cref="ProtocolViolationException">The peer sent what must not be sent.</exception>
    public ReceiveOutcome ReceiveBatch()
    {
        if (!Fill())
        {
            return !_hasHeader && StagedLength == 0
                ? ReceiveOutcome.Ended
                : throw new ConnectionLostException("The peer ended the connection inside of a PDU.");
        }

        bool isIntact = HandleStaged();
        handler.EndBatch();
        return isIntact ? ReceiveOutcome.Continues : ReceiveOutcome.HeaderDigestMismatch;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            // What remains is part of a header or of a trailer, so this moves very little.
            Staged.CopyTo(_staging);
            _end = StagedLength;
            _start = 0;
        }

        int stagingLimit = _isLongDataComing ? StagingLengthBesideLongData : StagingLength;
        Span<byte> staging = _staging.AsSpan(_end, stagingLimit - _end);
        int wanted = _hasHeader ? _dataLength - _dataCount : 0;
        if (wanted == 0)
        {
            int staged = connection.Receive(staging, default);
            _end += staged;
            return staged > 0;
        }

        // INVARIANT: while data is wanted, nothing is staged; otherwise it would have been taken.
        Invariant.Holds(_end == 0);
        Span<byte> destination = _destination.Span.Slice(_dataCount, wanted);
        int count = connection.Receive(destination, staging);
        int placed = Math.Min(count, wanted);
        CountData(destination[..placed]);
        _end = count - placed;
        return count > 0;
    }

    // False if a header does not match its digest.
    private bool HandleStaged()
    {
        while (true)
        {
            if (!_hasHeader && !TryTakeHeader(out bool isIntact))
            {
                return isIntact;
            }

            if (!TryTakeRest())
            {
                return true;
            }
        }
    }

    private bool TryTakeHeader(out bool isIntact)
    {
        isIntact = true;
        if (StagedLength < PduLayout.HeaderLength)
        {
            return false;
        }

        int length = PduLayout.HeaderLength + PduLayout.AhsLength(Staged);
        int digestLength = Framing.HasHeaderDigest ? Crc32C.DigestLength : 0;
        if (StagedLength < length + digestLength)
        {
            return false;
        }

        ReadOnlySpan<byte> header = Staged[..length];
        isIntact = digestLength == 0 || Crc32C.Compute(header) == Crc32C.ReadDigest(Staged[length..]);
        if (!isIntact)
        {
            return false;
        }

        header.CopyTo(_header);
        _start += length + digestLength;
        BeginData();
        return true;
    }

    private void BeginData()
    {
        _hasHeader = true;
        _dataLength = PduLayout.DataSegmentLength(_header);
        _dataCount = 0;
        _dataCrc = Crc32C.Empty;
        _destination = default;
        if (_dataLength > Framing.MaxRecvDataSegmentLength)
        {
            throw new ProtocolViolationException(
                "RFC 7143 §13.12",
                $"a segment has {_dataLength} bytes, and {Framing.MaxRecvDataSegmentLength} was declared as the most");
        }

        if (_dataLength > 0)
        {
            _isLongDataComing = _dataLength > LongDataLength;
            _destination = handler.PlaceData(_header.AsSpan(0, PduLayout.HeaderLength), _dataLength);
            Invariant.Holds(_destination.IsEmpty || _destination.Length >= _dataLength);
        }
    }

    private bool TryTakeRest()
    {
        int trailerLength = TrailerLength;
        bool isInStaging = _destination.IsEmpty && StagedLength >= _dataLength + trailerLength;
        if (isInStaging)
        {
            HandOver(TakeStaged(_dataLength), trailerLength);
            return true;
        }

        TakeData();
        if (_dataCount < _dataLength || StagedLength < trailerLength)
        {
            return false;
        }

        HandOver(_destination.Span[.._dataLength], trailerLength);
        return true;
    }

    private void TakeData()
    {
        if (_destination.IsEmpty)
        {
            _destination = OwnDestination();
        }

        int count = Math.Min(_dataLength - _dataCount, StagedLength);
        Span<byte> destination = _destination.Span.Slice(_dataCount, count);
        Staged[..count].CopyTo(destination);
        _start += count;
        CountData(destination);
    }

    private byte[] OwnDestination()
    {
        if (_ownDestination.Length < _dataLength)
        {
            _ownDestination = new byte[Math.Max(_dataLength, PduFraming.OfLogin.MaxRecvDataSegmentLength)];
        }

        return _ownDestination;
    }

    private ReadOnlySpan<byte> TakeStaged(int length)
    {
        ReadOnlySpan<byte> taken = Staged[..length];
        _start += length;
        CountData(taken);
        return taken;
    }

    // The sum is formed while the bytes are still in the cache of the processor.
    private void CountData(ReadOnlySpan<byte> some)
    {
        _dataCount += some.Length;
        if (Framing.HasDataDigest)
        {
            _dataCrc = Crc32C.Append(_dataCrc, some);
        }
    }

    private void HandOver(ReadOnlySpan<byte> data, int trailerLength)
    {
        ReadOnlySpan<byte> trailer = Staged[..trailerLength];
        _start += trailerLength;
        _hasHeader = false;
        handler.Handle(new ReceivedPdu
        {
            Header = _header.AsSpan(0, PduLayout.HeaderLength),
            Ahs = _header.AsSpan(PduLayout.HeaderLength, PduLayout.AhsLength(_header)),
            Data = data,
            IsDataIntact = IsDataIntact(trailer),
        });
    }

    private bool IsDataIntact(ReadOnlySpan<byte> trailer)
    {
        if (trailer.Length < Crc32C.DigestLength)
        {
            return true;
        }

        ReadOnlySpan<byte> pad = trailer[..^Crc32C.DigestLength];
        return Crc32C.Append(_dataCrc, pad) == Crc32C.ReadDigest(trailer[pad.Length..]);
    }
}
