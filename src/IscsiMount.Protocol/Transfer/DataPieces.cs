using IscsiMount.Primitives;

namespace IscsiMount.Protocol.Transfer;

/// <summary>The data of one Data-Out or Data-In PDU.</summary>
/// <param name="DataSN">The number of the PDU.</param>
/// <param name="BufferOffset">Where the piece stands in the data of the command.</param>
/// <param name="Length">Bytes of the piece.</param>
/// <param name="IsFinal">The F bit: a sequence ends here.</param>
public readonly record struct DataPiece(SerialNumber DataSN, uint BufferOffset, int Length, bool IsFinal);

/// <summary>
/// Cuts one run of data into PDUs, in rising order and without a gap: the unsolicited burst of a write, the answer to
/// one R2T, or the data of a read. It is a value that counts, so it costs no allocation and belongs into one place.
/// </summary>
/// <remarks>
/// DataSN starts at 0. For Data-Out that is right for each run, because each is a sequence of its own; the data of a
/// read is one run of several sequences, through which DataSN continues (RFC 7143 §11.7.5).
/// </remarks>
public struct DataPieces
{
    private readonly int _segmentMax;
    private readonly uint _burstMax;
    private SerialNumber _next;
    private uint _offset;
    private uint _left;
    private uint _leftOfBurst;

    /// <summary>Cuts a run that is one sequence: Data-Out.</summary>
    /// <param name="bufferOffset">Where the run begins in the data of the command.</param>
    /// <param name="length">Bytes of the run.</param>
    /// <param name="segmentMax">MaxRecvDataSegmentLength of the receiver.</param>
    public DataPieces(uint bufferOffset, uint length, int segmentMax)
        : this(bufferOffset, length, segmentMax, Math.Max(length, 1))
    {
    }

    /// <summary>Cuts a run into sequences of at most <paramref name="burstMax"/> bytes: Data-In.</summary>
    public DataPieces(uint bufferOffset, uint length, int segmentMax, uint burstMax)
    {
        Invariant.Holds(segmentMax >= 4 && burstMax > 0);
        _segmentMax = segmentMax;
        _burstMax = burstMax;
        _offset = bufferOffset;
        _left = length;
        _leftOfBurst = burstMax;
    }

    /// <summary>The next piece, until the run is covered. A run without data has no piece.</summary>
    public bool TryNext(out DataPiece piece)
    {
        if (_left == 0)
        {
            piece = default;
            return false;
        }

        uint room = Math.Min(_left, _leftOfBurst);
        bool isFinal = room <= (uint)_segmentMax;

        // All pieces of a sequence but the last should hold whole words (RFC 7143 §11.7.7).
        uint length = isFinal ? room : (uint)_segmentMax & ~3u;
        piece = new DataPiece(_next, _offset, (int)length, isFinal);

        _next = _next.Next;
        _offset += length;
        _left -= length;
        _leftOfBurst = isFinal ? _burstMax : _leftOfBurst - length;
        return true;
    }
}
