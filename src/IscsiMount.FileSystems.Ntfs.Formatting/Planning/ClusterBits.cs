namespace IscsiMount.FileSystems.Ntfs.Formatting.Planning;

/// <summary>The content of $Bitmap: a bit for each cluster that is taken, and all bits behind the last.</summary>
internal static class ClusterBits
{
    /// <summary>The bytes from a certain cluster on, which is a multiple of eight.</summary>
    public static byte[] Bytes(FormatPlan plan, ulong firstCluster, int length)
    {
        byte[] bits = new byte[length];
        ulong end = firstCluster + ((ulong)length * 8);
        foreach (Area area in plan.Areas)
        {
            Set(bits, firstCluster, area.Lcn, Math.Min(area.Lcn + area.ClusterCount, end));
        }

        Set(bits, firstCluster, plan.ClusterCount, end);
        return bits;
    }

    private static void Set(byte[] bits, ulong firstCluster, ulong from, ulong to)
    {
        for (ulong cluster = Math.Max(from, firstCluster); cluster < to; cluster++)
        {
            ulong bit = cluster - firstCluster;
            bits[bit / 8] |= (byte)(1 << (int)(bit % 8));
        }
    }
}
