using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Tests.Streams;

/// <summary>Encodes run lists for tests, with the fewest bytes.</summary>
internal static class RunListWriter
{
    public static byte[] Write(IEnumerable<Extent> extents)
    {
        var list = new List<byte>();
        long lcn = 0;
        foreach (Extent extent in extents)
        {
            byte[] count = Signed(extent.ClusterCount);
            byte[] delta = extent.IsHole ? [] : Signed(extent.Lcn - lcn);
            lcn = extent.IsHole ? lcn : extent.Lcn;
            list.Add((byte)((delta.Length << 4) | count.Length));
            list.AddRange(count);
            list.AddRange(delta);
        }

        list.Add(0);
        return [.. list];
    }

    private static byte[] Signed(long value)
    {
        byte[] all = BitConverter.GetBytes(value);
        int length = 8;
        while (length > 1 && unchecked((sbyte)all[length - 2]) >> 7 == unchecked((sbyte)all[length - 1]))
        {
            length--;
        }

        return all[..length];
    }
}
