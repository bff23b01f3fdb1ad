using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>Copies bytes of a bitmap, from an offset on, as they will stand on the medium.</summary>
internal delegate void CopyBits(long byteOffset, Span<byte> destination);

/// <summary>The pages of a bitmap in which a change sets and clears bits.</summary>
internal sealed class BitmapPages(int pageSize)
{
    private readonly SortedDictionary<long, byte[]> _cleared = [];

    public void Touch(long first, long count, bool isCleared)
    {
        long bitsInPage = pageSize * 8L;
        for (long page = first / bitsInPage; page <= (first + count - 1) / bitsInPage; page++)
        {
            if (!_cleared.TryGetValue(page, out byte[]? cleared))
            {
                _cleared.Add(page, cleared = new byte[pageSize]);
            }

            if (isCleared)
            {
                long from = Math.Max(first, page * bitsInPage) - (page * bitsInPage);
                long to = Math.Min(first + count, (page + 1) * bitsInPage) - (page * bitsInPage);
                Set(cleared, (int)from, (int)to);
            }
        }
    }

    public IEnumerable<PendingPage> ToPages(StreamMap map, CopyBits copy)
    {
        foreach ((long page, byte[] cleared) in _cleared)
        {
            // The last page may be longer than the bitmap; what lies behind is in the same cluster and zero.
            long offset = page * pageSize;
            byte[] bytes = new byte[pageSize];
            copy(offset, bytes.AsSpan(0, (int)Math.Min(pageSize, map.SizeBytes - offset)));
            long place = Placement.OffsetOf(map.Extents, map.ClusterSize, offset);
            yield return new PendingPage(place, bytes, WriteClass.Bitmap, cleared);
        }
    }

    private static void Set(byte[] bits, int from, int to)
    {
        for (int bit = from; bit < to; bit++)
        {
            bits[bit / 8] |= (byte)(1 << (bit % 8));
        }
    }
}
