using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Writing.Images;

/// <summary>Clusters and sizes of a non-resident stream. Immutable; a change makes another.</summary>
internal sealed record StreamShape
{
    public AttributeFlags Flags { get; init; }

    public byte CompressionUnit { get; init; }

    public required int ClusterSize { get; init; }

    public required Extent[] Extents { get; init; }

    public required long DataSize { get; init; }

    public required long InitializedSize { get; init; }

    public long ClusterCount => Extents.Length == 0 ? 0 : Extents[^1].EndVcn;

    public long AllocatedSize => ClusterCount * ClusterSize;

    /// <summary>Bytes of real clusters.</summary>
    public long TotalAllocated =>
        Extents.Where(extent => !extent.IsHole).Sum(extent => extent.ClusterCount) * ClusterSize;

    /// <summary>Whether the head of the attribute has the size that counts real clusters alone.</summary>
    public bool HasTotal => (Flags & (AttributeFlags.CompressionMask | AttributeFlags.Sparse)) != 0;

    /// <summary>A stream without clusters.</summary>
    public static StreamShape Empty(int clusterSize) => new()
    {
        ClusterSize = clusterSize,
        Extents = [],
        DataSize = 0,
        InitializedSize = 0,
    };

    /// <summary>The shape of an attribute that lies in one piece in its record.</summary>
    public static StreamShape From(StreamMap map, byte compressionUnit, int clusterSize) => new()
    {
        Flags = map.Flags,
        CompressionUnit = compressionUnit,
        ClusterSize = clusterSize,
        Extents = map.Extents.ToArray(),
        DataSize = map.SizeBytes,
        InitializedSize = map.InitializedBytes,
    };

    /// <summary>The same stream with more clusters behind its last.</summary>
    public StreamShape Append(IEnumerable<Extent> placed)
    {
        var all = new List<Extent>(Extents);
        foreach (Extent extent in placed)
        {
            all.Add(extent with { Vcn = all.Count == 0 ? 0 : all[^1].EndVcn });
        }

        return this with { Extents = RunList.Join(all) };
    }

    /// <summary>The same stream cut to its first clusters, and those that it loses.</summary>
    public (StreamShape Shape, List<Extent> Freed) CutTo(long clusterCount)
    {
        var kept = new List<Extent>();
        var freed = new List<Extent>();
        foreach (Extent extent in Extents)
        {
            long keep = Math.Clamp(clusterCount - extent.Vcn, 0, extent.ClusterCount);
            if (keep > 0)
            {
                kept.Add(extent with { ClusterCount = keep });
            }

            if (keep < extent.ClusterCount && !extent.IsHole)
            {
                freed.Add(new Extent(extent.Vcn + keep, extent.Lcn + keep, extent.ClusterCount - keep));
            }
        }

        return (this with { Extents = [.. kept] }, freed);
    }
}
