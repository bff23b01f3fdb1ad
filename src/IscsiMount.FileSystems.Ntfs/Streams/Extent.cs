namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>A run of clusters of a stream that lie one behind the other on the volume, or a hole.</summary>
/// <param name="Vcn">The first cluster within the stream.</param>
/// <param name="Lcn">
/// The first cluster on the volume; <see cref="Hole"/> where there is none. 0 is a real cluster.
/// </param>
/// <param name="ClusterCount">At least 1.</param>
internal readonly record struct Extent(long Vcn, long Lcn, long ClusterCount)
{
    public const long Hole = -1;

    public bool IsHole => Lcn == Hole;

    public long EndVcn => Vcn + ClusterCount;
}
