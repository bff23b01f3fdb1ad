using IscsiMount.FileSystems.Ntfs.Volume;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>One transfer of the device into a part of the caller's buffer.</summary>
internal readonly record struct ReadPiece(long MediumOffset, int At, int Length);

/// <summary>
/// Walks through the extents of a range and yields the transfers that it takes. Holes are cleared on the way. The last
/// transfer is rounded up to whole blocks where the buffer has room, which saves the detour of an odd end.
/// </summary>
internal struct PieceWalk
{
    private readonly StreamMap _map;
    private readonly VolumeMedium _medium;
    private readonly long _offset;
    private readonly int _count;
    private readonly int _room;
    private int _extent;
    private int _done;

    public PieceWalk(StreamMap map, long offsetBytes, int count, int room, VolumeMedium medium)
    {
        _map = map;
        _medium = medium;
        _offset = offsetBytes;
        _count = count;
        _room = room;
        _extent = count == 0 ? 0 : map.FindExtent(offsetBytes / map.ClusterSize);
    }

    public ReadPiece Current { get; private set; }

    public bool MoveNext(Memory<byte> destination)
    {
        while (_done < _count)
        {
            Extent extent = _map.Extents[_extent];
            long within = _offset + _done - (extent.Vcn * _map.ClusterSize);
            long extentLeft = (extent.ClusterCount * _map.ClusterSize) - within;
            int length = (int)Math.Min(extentLeft, _count - _done);
            if (extent.IsHole)
            {
                destination.Span.Slice(_done, length).Clear();
                _done += length;
                _extent++;
                continue;
            }

            long start = (extent.Lcn * _map.ClusterSize) + within;
            length = CutToTransfer(start, length);
            int rounded = _done + length == _count ? RoundUp(start, length, extentLeft) : length;
            Current = new ReadPiece(start, _done, rounded);
            _done += length;
            _extent += length == extentLeft ? 1 : 0;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Ends a transfer at a multiple of the transfer size of the device, so that the next begins aligned.
    /// </summary>
    private readonly int CutToTransfer(long start, int length)
    {
        int max = _medium.TransferSize - (int)(start % _medium.Alignment);
        return Math.Min(length, max);
    }

    private readonly int RoundUp(long start, int length, long extentLeft)
    {
        int odd = (int)((start + length) % _medium.Alignment);
        int more = odd == 0 ? 0 : _medium.Alignment - odd;
        bool hasRoom = start % _medium.Alignment == 0 && length + more <= extentLeft && _done + length + more <= _room;
        return hasRoom ? length + more : length;
    }
}
