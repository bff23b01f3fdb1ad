namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>A run of clusters of a stream: real ones, or a hole.</summary>
/// <param name="Vcn">The first cluster within the stream.</param>
/// <param name="Lcn">The first cluster on the volume, or nothing for a hole.</param>
/// <param name="Count">At least one.</param>
internal readonly record struct Extent(ulong Vcn, ulong? Lcn, ulong Count);

/// <summary>Where the clusters of a stream lie: extents that follow each other from VCN 0.</summary>
internal sealed class Extents(Geometry geometry)
{
    private readonly List<Extent> _runs = [];

    public IReadOnlyList<Extent> Runs => _runs;

    /// <summary>Clusters of the stream, holes included.</summary>
    public ulong ClusterCount { get; private set; }

    /// <summary>Clusters that lie on the volume.</summary>
    public ulong RealCount { get; private set; }

    public bool HasHole => RealCount < ClusterCount;

    /// <summary>Bytes that the clusters hold, holes included.</summary>
    public ulong Size => ClusterCount * (ulong)geometry.ClusterSize;

    public void Clear()
    {
        _runs.Clear();
        ClusterCount = 0;
        RealCount = 0;
    }

    /// <summary>Appends a run. False if the stream becomes longer than any stream can be.</summary>
    public bool TryAppend(ulong? lcn, ulong count)
    {
        ulong clusterCountMax = long.MaxValue / (ulong)geometry.ClusterSize;
        if (count > clusterCountMax || ClusterCount > clusterCountMax - count)
        {
            return false;
        }

        _runs.Add(new Extent(ClusterCount, lcn, count));
        ClusterCount += count;
        RealCount += lcn is null ? 0 : count;
        return true;
    }

    /// <summary>The extent that holds a byte of the stream, which lies within the stream.</summary>
    public Extent At(ulong offset)
    {
        ulong vcn = offset / (ulong)geometry.ClusterSize;
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _runs[middle].Vcn <= vcn ? (middle, high) : (low, middle - 1);
        }

        return _runs[low];
    }

    /// <summary>Where a byte of the stream lies on the volume, or nothing in a hole or behind the end.</summary>
    public long? PlaceOf(ulong offset)
    {
        if (offset >= Size || At(offset) is not { Lcn: { } lcn } extent)
        {
            return null;
        }

        return (long)((lcn * (ulong)geometry.ClusterSize) + (offset - (extent.Vcn * (ulong)geometry.ClusterSize)));
    }

    /// <summary>Bytes from this one to the end of its extent.</summary>
    public ulong LengthFrom(ulong offset)
    {
        Extent extent = At(offset);
        return ((extent.Vcn + extent.Count) * (ulong)geometry.ClusterSize) - offset;
    }
}
