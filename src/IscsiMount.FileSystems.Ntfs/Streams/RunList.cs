using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Streams;

// Run list (mapping pairs) of a non-resident attribute
//
//       +---+---------------+-----------------+---+--- ...   +---+
//       |O|L| count, L bytes| delta, O bytes  |O|L|          | 0 |
//       +---+---------------+-----------------+---+--- ...   +---+
//
//   The delta is signed and counts from the LCN of the last run that was no hole; O = 0 is a hole. A cluster number of
//   0 is none: $Boot lies there. NT4 wrote holes as LCN -1.

/// <summary>Says where the clusters of a stream lie.</summary>
internal static class RunList
{
    private const string Structure = "run list";

    /// <summary>Appends the runs of one attribute piece. Neighbours that lie together become one extent.</summary>
    /// <param name="source">The bytes from the beginning of the list to the end of the attribute.</param>
    /// <param name="extents">Takes the runs; they begin where its last extent ends.</param>
    /// <param name="limits">What the numbers are held against.</param>
    /// <exception cref="DamagedMediumException">The list is no list, or leaves the volume.</exception>
    public static void Append(ReadOnlySpan<byte> source, List<Extent> extents, RunLimits limits)
    {
        long vcn = extents.Count == 0 ? 0 : extents[^1].EndVcn;
        long lcn = 0;
        int offset = 0;
        while (true)
        {
            Medium.Holds(offset < source.Length, Structure, "it runs past the end of the attribute");
            int countLength = source[offset] & 0x0F;
            int deltaLength = source[offset] >> 4;
            if (source[offset] == 0)
            {
                return;
            }

            offset++;
            Medium.Holds(
                countLength is >= 1 and <= 8 && deltaLength <= 8, Structure, "a field has an impossible length");
            Medium.Holds(
                offset + countLength + deltaLength <= source.Length,
                Structure,
                "it runs past the end of the attribute");

            long count = ReadSigned(source.Slice(offset, countLength));
            Medium.Holds(
                count > 0 && count <= limits.StreamClusterCountMax - vcn, Structure, "a run has an impossible length");

            long place = Extent.Hole;
            if (deltaLength > 0)
            {
                place = unchecked(lcn + ReadSigned(source.Slice(offset + countLength, deltaLength)));
                bool isOldHole = place == Extent.Hole;
                Medium.Holds(
                    isOldHole || limits.Contain(place, count), Structure, "a run lies outside of the volume");
                lcn = isOldHole ? lcn : place;
            }

            Add(extents, new Extent(vcn, place, count));
            vcn += count;
            offset += countLength + deltaLength;
        }
    }

    /// <summary>Encodes extents, neighbours of which lie apart, with the fewest bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<Extent> extents)
    {
        var bytes = new List<byte>((extents.Length * 4) + 1);
        Span<byte> count = stackalloc byte[8];
        Span<byte> delta = stackalloc byte[8];
        long lcn = 0;
        foreach (Extent extent in extents)
        {
            Invariant.Holds(extent.ClusterCount > 0);
            int countLength = WriteSigned(extent.ClusterCount, count);
            int deltaLength = extent.IsHole ? 0 : WriteSigned(extent.Lcn - lcn, delta);
            bytes.Add((byte)((deltaLength << 4) | countLength));
            bytes.AddRange(count[..countLength]);
            bytes.AddRange(delta[..deltaLength]);
            lcn = extent.IsHole ? lcn : extent.Lcn;
        }

        bytes.Add(0);
        return [.. bytes];
    }

    /// <summary>The extents with those that continue each other joined.</summary>
    public static Extent[] Join(IEnumerable<Extent> extents)
    {
        var joined = new List<Extent>();
        foreach (Extent extent in extents)
        {
            Invariant.Holds(extent.Vcn == (joined.Count == 0 ? 0 : joined[^1].EndVcn));
            Add(joined, extent);
        }

        return [.. joined];
    }

    /// <summary>Writes a number with the fewest bytes whose highest bit is its sign. 0 takes one byte.</summary>
    private static int WriteSigned(long value, Span<byte> field)
    {
        BinaryPrimitives.WriteInt64LittleEndian(field, value);
        int length = 8;
        while (length > 1 && field[length - 1] == (unchecked((sbyte)field[length - 2]) < 0 ? 0xFF : 0))
        {
            length--;
        }

        return length;
    }

    private static void Add(List<Extent> extents, Extent next)
    {
        if (extents.Count > 0)
        {
            Extent last = extents[^1];
            bool isContinued = last.IsHole ? next.IsHole : last.Lcn + last.ClusterCount == next.Lcn;
            if (isContinued)
            {
                extents[^1] = last with { ClusterCount = last.ClusterCount + next.ClusterCount };
                return;
            }
        }

        extents.Add(next);
    }

    private static long ReadSigned(ReadOnlySpan<byte> field)
    {
        long value = unchecked((sbyte)field[^1]);
        for (int i = field.Length - 2; i >= 0; i--)
        {
            value = unchecked((value << 8) | field[i]);
        }

        return value;
    }
}

/// <summary>The bounds of the numbers in a run list.</summary>
/// <param name="VolumeClusterCount">Clusters of the volume.</param>
/// <param name="StreamClusterCountMax">Clusters of a stream, holes included.</param>
internal readonly record struct RunLimits(long VolumeClusterCount, long StreamClusterCountMax)
{
    /// <summary>Whether clusters lie within the volume.</summary>
    public bool Contain(long lcn, long count) =>
        lcn >= 0 && count <= VolumeClusterCount && lcn <= VolumeClusterCount - count;
}
