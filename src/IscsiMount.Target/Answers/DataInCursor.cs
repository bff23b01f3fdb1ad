namespace IscsiMount.Target.Answers;

/// <summary>One Data-In PDU of an answer: a piece of the data, and its place in the sequence.</summary>
internal readonly record struct DataInPiece(uint DataSN, int Offset, int Length, bool IsEndOfBurst, bool IsLast);

/// <summary>
/// Cuts the data of one answer into PDUs and bursts (RFC 7143 §11.7). The same lengths give the same pieces, so that
/// they can be sent again as they were.
/// </summary>
internal struct DataInCursor(int totalLength, int segmentLengthMax, int burstLengthMax)
{
    private int _burstLength;

    /// <summary>Bytes that were handed out.</summary>
    public int Offset { get; private set; }

    /// <summary>The number of the next piece.</summary>
    public uint DataSN { get; private set; }

    public readonly int SegmentLengthMax => segmentLengthMax;

    public readonly bool HasMore => Offset < totalLength;

    public DataInPiece Next()
    {
        int rest = totalLength - Offset;
        int length = Math.Min(rest, Math.Min(segmentLengthMax, burstLengthMax - _burstLength));
        _burstLength += length;
        bool isLast = length == rest;
        bool isEndOfBurst = isLast || _burstLength == burstLengthMax;
        var piece = new DataInPiece(DataSN, Offset, length, isEndOfBurst, isLast);
        _burstLength = isEndOfBurst ? 0 : _burstLength;
        Offset += length;
        DataSN = unchecked(DataSN + 1);
        return piece;
    }

    /// <summary>The piece of a number, counted from the beginning.</summary>
    public readonly DataInPiece Find(uint dataSN)
    {
        var again = new DataInCursor(totalLength, segmentLengthMax, burstLengthMax);
        DataInPiece piece = again.Next();
        while (piece.DataSN != dataSN)
        {
            piece = again.Next();
        }

        return piece;
    }
}
