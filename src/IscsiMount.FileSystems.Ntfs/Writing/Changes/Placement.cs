using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>Tells where on the device the structures within a stream lie.</summary>
internal static class Placement
{
    /// <summary>
    /// The pages of a structure. None is longer than a cluster, so one place always has a page of one length, however
    /// the extents around it grow together.
    /// </summary>
    public static IEnumerable<PendingPage> PagesOf(
        ReadOnlyMemory<Extent> extents, int clusterSize, long offset, byte[] bytes, WriteClass writeClass)
    {
        int unit = Math.Min(bytes.Length, clusterSize);
        for (int at = 0; at < bytes.Length; at += unit)
        {
            long place = OffsetOf(extents.Span, clusterSize, offset + at);
            byte[] part = unit == bytes.Length ? bytes : bytes[at..(at + unit)];
            yield return new PendingPage(place, part, writeClass, null);
        }
    }

    /// <summary>Where a byte of a stream lies on the device.</summary>
    public static long OffsetOf(ReadOnlySpan<Extent> extents, int clusterSize, long offset)
    {
        long vcn = offset / clusterSize;
        int low = 0;
        int high = extents.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = extents[middle].Vcn <= vcn ? (middle, high) : (low, middle - 1);
        }

        Extent extent = extents[low];
        Invariant.Holds(!extent.IsHole && vcn < extent.EndVcn);
        return ((extent.Lcn + vcn - extent.Vcn) * clusterSize) + (offset % clusterSize);
    }
}
