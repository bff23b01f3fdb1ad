namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>The pages of one group, found by their place. Its owner guards it.</summary>
internal sealed class PageSet
{
    // LIMIT: a page is at most as long as an index block, 64 KiB, so it begins in the bucket of any of its bytes or in
    // the one before. A read of a mebibyte looks into seventeen buckets.
    private const int BucketSize = 64 * 1024;

    private readonly Dictionary<long, PendingPage> _pages = [];
    private readonly Dictionary<long, SortedSet<long>> _buckets = [];

    public int Count => _pages.Count;

    public long SizeBytes { get; private set; }

    public IReadOnlyCollection<PendingPage> Pages => _pages.Values;

    public PendingPage? Find(long offset) => _pages.GetValueOrDefault(offset);

    public void Put(PendingPage page)
    {
        if (_pages.TryGetValue(page.Offset, out PendingPage? earlier))
        {
            _pages[page.Offset] = page.Over(earlier);
            return;
        }

        _pages.Add(page.Offset, page);
        SizeBytes += page.Bytes.Length;
        long bucket = page.Offset / BucketSize;
        if (!_buckets.TryGetValue(bucket, out SortedSet<long>? offsets))
        {
            _buckets.Add(bucket, offsets = []);
        }

        offsets.Add(page.Offset);
    }

    /// <summary>Adds the pages that have bytes within a range.</summary>
    public void CollectWithin(long offset, long length, ref List<PendingPage>? found)
    {
        if (_pages.Count == 0)
        {
            return;
        }

        long last = (offset + length - 1) / BucketSize;
        for (long bucket = Math.Max(0, (offset / BucketSize) - 1); bucket <= last; bucket++)
        {
            if (!_buckets.TryGetValue(bucket, out SortedSet<long>? offsets))
            {
                continue;
            }

            foreach (PendingPage page in offsets.Select(at => _pages[at]))
            {
                if (page.Offset < offset + length && page.End > offset)
                {
                    (found ??= []).Add(page);
                }
            }
        }
    }

    /// <summary>Drops the pages that lie within a range whose clusters were freed.</summary>
    public void RemoveWithin(long offset, long length)
    {
        List<PendingPage>? dropped = null;
        CollectWithin(offset, length, ref dropped);
        foreach (PendingPage page in dropped ?? [])
        {
            _pages.Remove(page.Offset);
            _buckets[page.Offset / BucketSize].Remove(page.Offset);
            SizeBytes -= page.Bytes.Length;
        }
    }
}
