namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>Tells where a stream has data and where it has holes.</summary>
internal static class HoleMap
{
    /// <summary>
    /// The next offset that begins what is looked for. What was never written counts as a hole, as does the end.
    /// </summary>
    public static FsResult<long> Seek(StreamMap map, long offsetBytes, SeekTarget target)
    {
        if (offsetBytes < 0)
        {
            return FsStatus.InvalidArgument;
        }

        long dataEnd = map.InitializedBytes;
        if (offsetBytes >= map.SizeBytes)
        {
            return FsStatus.NoSuchAttribute;
        }

        long found = map.Resident is not null ? SeekPlain(offsetBytes, target, dataEnd)
            : SeekExtents(map, offsetBytes, target);
        if (target == SeekTarget.Hole)
        {
            return found >= dataEnd ? Math.Max(offsetBytes, dataEnd) : found;
        }

        return found < dataEnd ? found : FsStatus.NoSuchAttribute;
    }

    private static long SeekPlain(long offsetBytes, SeekTarget target, long end) =>
        target == SeekTarget.Data ? offsetBytes : end;

    private static long SeekExtents(StreamMap map, long offsetBytes, SeekTarget target)
    {
        // The hole at the end of a compressed unit is no hole of the stream: units are told apart as a whole.
        long granule = Math.Max(map.CompressionUnitSize, map.ClusterSize);
        long at = offsetBytes;
        while (at < map.SizeBytes)
        {
            long start = at / granule * granule;
            Extent extent = map.Extents[map.FindExtent(start / map.ClusterSize)];
            if (extent.IsHole == (target == SeekTarget.Hole))
            {
                return at;
            }

            long extentEnd = extent.EndVcn * map.ClusterSize;
            at = Math.Max(extentEnd / granule * granule, start + granule);
        }

        return map.SizeBytes;
    }
}
