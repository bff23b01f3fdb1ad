using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Space;

/// <summary>
/// Hands out clusters. What it hands out is busy at once and in use when the change is published; what is freed is not
/// in use at once and stays busy until no medium and no reader can refer to it any more.
/// </summary>
/// <remarks>
/// It belongs to whoever is inside the gate of changes. Parts of $Bitmap are read when they are wanted and kept: an
/// eighth of a byte for a cluster, twice.
/// </remarks>
internal sealed class ClusterAllocator(ExtentReader reader, StreamMap bitmap, long clusterCount)
{
    // LIMIT: 32 KiB of $Bitmap at a time, which is a gibibyte of clusters of 4 KiB.
    private const int WindowBits = 256 * 1024;
    private const int WindowBytes = WindowBits / 8;

    private readonly Dictionary<int, BitWindow> _windows = [];
    private long _next;

    /// <summary>Where $Bitmap lies.</summary>
    public StreamMap Map => bitmap;

    /// <summary>Clusters that came to be free since this object was made, less those that came to be in use.</summary>
    public long FreeDelta { get; private set; }

    /// <summary>Clusters behind $MFT into which it may grow; others are handed out first.</summary>
    public (long First, long End) Zone { get; set; }

    private int WindowCount => (int)((clusterCount + WindowBits - 1) / WindowBits);

    /// <summary>
    /// Takes clusters, as many together as can be. Nothing means that there is not enough room; then nothing is taken.
    /// </summary>
    public async ValueTask<List<Extent>?> TakeAsync(ClusterWish wish, CancellationToken cancellationToken)
    {
        Invariant.Holds(wish.Count > 0);
        var taken = new List<Extent>();
        long wanted = wish.Count;
        long goal = wish.Goal ?? _next;
        int[] runs = wish.IsContiguous ? [(int)Math.Min(wanted, int.MaxValue)] : [(int)Math.Min(wanted, 1024), 16, 1];
        foreach (int run in runs)
        {
            int runMin = Math.Min(run, wish.IsContiguous ? run : (int)Math.Min(wanted, int.MaxValue));
            bool isLast = run == runs[^1];
            wanted = await GatherAsync(
                taken, wanted, new Search(goal, runMin, wish.MayUseZone || isLast, wish.Granule), cancellationToken);
            if (wanted == 0)
            {
                _next = taken[^1].Lcn + taken[^1].ClusterCount;
                return taken;
            }
        }

        Release(taken);
        return null;
    }

    /// <summary>Reads what is needed to free clusters without waiting.</summary>
    public async ValueTask PrepareAsync(IEnumerable<Extent> extents, CancellationToken cancellationToken)
    {
        foreach (Extent extent in extents)
        {
            for (long w = extent.Lcn / WindowBits; w <= (extent.Lcn + extent.ClusterCount - 1) / WindowBits; w++)
            {
                await GetWindowAsync((int)w, cancellationToken);
            }
        }
    }

    /// <summary>Clusters that were taken are in use.</summary>
    public void MarkUsed(Extent extent)
    {
        ForEach(extent, static (window, first, count) => window.SetUsed(first, count));
        FreeDelta -= extent.ClusterCount;
    }

    /// <summary>Clusters are in use no more. They stay busy until they are released.</summary>
    public void MarkFree(Extent extent)
    {
        ForEach(extent, static (window, first, count) => window.ClearUsed(first, count));
        FreeDelta += extent.ClusterCount;
    }

    /// <summary>Clusters may be handed out again.</summary>
    public void Release(IEnumerable<Extent> extents)
    {
        foreach (Extent extent in extents)
        {
            ForEach(extent, static (window, first, count) => window.ClearBusy(first, count));
        }
    }

    /// <summary>Whether all clusters of an extent are in use, as they must be to be freed.</summary>
    public bool AreUsed(Extent extent)
    {
        bool all = true;
        ForEach(extent, (window, first, count) =>
        {
            for (int i = first; i < first + count; i++)
            {
                all &= window.IsUsed(i);
            }
        });
        return all;
    }

    /// <summary>Bytes of $Bitmap as they will stand on the medium.</summary>
    public void CopyTo(long byteOffset, Span<byte> destination) =>
        _windows[(int)(byteOffset / WindowBytes)].CopyTo((int)(byteOffset % WindowBytes), destination);

    private async ValueTask<long> GatherAsync(
        List<Extent> taken, long wanted, Search search, CancellationToken cancellationToken)
    {
        int start = (int)(Math.Clamp(search.Goal, 0, clusterCount - 1) / WindowBits);
        for (int step = 0; step <= WindowCount && wanted > 0; step++)
        {
            // The window of the goal is searched behind the goal first, and as a whole at the end.
            int number = (start + step) % WindowCount;
            BitWindow window = await GetWindowAsync(number, cancellationToken);
            if (window.RunLimit == 0 || window.RunLimit > search.RunMin)
            {
                int from = step == 0 ? (int)(Math.Max(search.Goal, 0) % WindowBits) : 0;
                wanted = TakeFrom(window, number, from, search, taken, wanted);
            }
        }

        return wanted;
    }

    private long TakeFrom(
        BitWindow window, int number, int from, Search search, List<Extent> taken, long wanted)
    {
        long origin = (long)number * WindowBits;
        bool sawAll = from == 0;
        for ((int first, int length) = window.FindFree(from); length > 0; (first, length) = window.FindFree(from))
        {
            from = first + length;
            (long begin, long end) = search.MayUseZone
                ? (origin + first, origin + from)
                : CutZone(origin + first, origin + from);
            sawAll &= end - begin == length && length < search.RunMin;
            long count = Math.Min(end - begin, wanted) / search.Granule * search.Granule;
            if (count > 0 && end - begin >= search.RunMin)
            {
                Add(taken, begin, count);
                window.SetBusy((int)(begin - origin), (int)count);
                wanted -= count;
            }

            if (wanted == 0)
            {
                return 0;
            }
        }

        window.RunLimit = sawAll ? search.RunMin : window.RunLimit;
        return wanted;
    }

    /// <summary>What of a run lies outside of the zone: the part before it, or the one behind.</summary>
    private (long First, long End) CutZone(long first, long end)
    {
        if (end <= Zone.First || first >= Zone.End)
        {
            return (first, end);
        }

        return first < Zone.First ? (first, Zone.First) : (Math.Min(Zone.End, end), end);
    }

    private static void Add(List<Extent> taken, long lcn, long count)
    {
        bool isContinued = taken.Count > 0 && taken[^1].Lcn + taken[^1].ClusterCount == lcn;
        if (isContinued)
        {
            taken[^1] = taken[^1] with { ClusterCount = taken[^1].ClusterCount + count };
            return;
        }

        taken.Add(new Extent(taken.Count == 0 ? 0 : taken[^1].EndVcn, lcn, count));
    }

    private async ValueTask<BitWindow> GetWindowAsync(int number, CancellationToken cancellationToken)
    {
        if (_windows.TryGetValue(number, out BitWindow? known))
        {
            return known;
        }

        long offset = (long)number * WindowBytes;
        byte[] content = new byte[(int)Math.Clamp(bitmap.SizeBytes - offset, 0, WindowBytes)];
        await reader.ReadAsync(bitmap, offset, content.Length, content, cancellationToken);
        int bitCount = (int)Math.Min(WindowBits, clusterCount - ((long)number * WindowBits));
        var window = new BitWindow(content, bitCount, WindowBits);
        _windows.Add(number, window);
        return window;
    }

    private void ForEach(Extent extent, Action<BitWindow, int, int> action)
    {
        for (long at = extent.Lcn; at < extent.Lcn + extent.ClusterCount;)
        {
            int number = (int)(at / WindowBits);
            int first = (int)(at % WindowBits);
            int count = (int)Math.Min(WindowBits - first, extent.Lcn + extent.ClusterCount - at);
            action(_windows[number], first, count);
            at += count;
        }
    }

    private readonly record struct Search(long Goal, int RunMin, bool MayUseZone, int Granule);
}

/// <summary>Which clusters somebody wants.</summary>
/// <param name="Count">How many.</param>
internal sealed record ClusterWish(long Count)
{
    /// <summary>Where they should lie, if possible.</summary>
    public long? Goal { get; init; }

    /// <summary>Whether they must lie together.</summary>
    public bool IsContiguous { get; init; }

    /// <summary>Whether room that is kept for $MFT may be used before all other is.</summary>
    public bool MayUseZone { get; init; }

    /// <summary>Each run is a multiple of this, so that no structure is cut in two.</summary>
    public int Granule { get; init; } = 1;
}
