using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>Where the bytes of a stream are: in the record itself, or in extents of the volume. Immutable.</summary>
internal sealed class StreamMap
{
    private const string Structure = "stream";

    // LIMIT: Windows writes units of 16 clusters only. 2 MiB keeps the memory of one unit in bounds.
    private const int CompressionUnitSizeMax = 2 * 1024 * 1024;

    private readonly Extent[] _extents;

    private StreamMap(AttributePiece piece)
    {
        ReadOnlyMemory<byte> value = piece.Value;
        _extents = [];
        File = OwnerOf(piece);
        Resident = value;
        Flags = piece.Flags;
        SizeBytes = value.Length;
        InitializedBytes = value.Length;
    }

    private StreamMap(AttributePiece first, NonResidentHeader header, Extent[] extents, int clusterSize)
    {
        _extents = extents;
        File = OwnerOf(first);
        Flags = first.Flags;
        ClusterSize = clusterSize;
        SizeBytes = header.DataSize;
        InitializedBytes = Math.Min(header.InitializedSize, header.DataSize);
        TotalAllocatedBytes = header.TotalAllocated;
        CompressionUnitSize = IsCompressed ? clusterSize << header.CompressionUnit : 0;
    }

    /// <summary>The number of the file that the stream belongs to.</summary>
    public ulong File { get; }

    /// <summary>The bytes of a resident stream.</summary>
    public ReadOnlyMemory<byte>? Resident { get; }

    public AttributeFlags Flags { get; }

    public int ClusterSize { get; }

    public long SizeBytes { get; }

    /// <summary>What lies between here and the end of the stream was never written and reads as zero.</summary>
    public long InitializedBytes { get; }

    /// <summary>Bytes of real clusters; 0 if the stream is resident.</summary>
    public long TotalAllocatedBytes { get; }

    /// <summary>Bytes that are compressed together; 0 if the stream is not compressed.</summary>
    public int CompressionUnitSize { get; }

    public bool IsCompressed => (Flags & AttributeFlags.CompressionMask) != 0;

    public bool IsEncrypted => (Flags & AttributeFlags.Encrypted) != 0;

    public ReadOnlySpan<Extent> Extents => _extents;

    /// <summary>About the memory that this object takes.</summary>
    public int Footprint => (_extents.Length * 24) + 128;

    /// <summary>Puts together the map of an attribute from its pieces.</summary>
    /// <exception cref="DamagedMediumException">The pieces contradict each other, or the sizes.</exception>
    public static StreamMap From(ReadOnlySpan<AttributePiece> pieces, VolumeGeometry geometry)
    {
        Invariant.Holds(pieces.Length > 0);

        AttributePiece first = pieces[0];
        if (!first.IsNonResident)
        {
            return new StreamMap(first);
        }

        NonResidentHeader header = first.NonResident;
        bool isCompressed = (first.Flags & AttributeFlags.CompressionMask) != 0;
        Medium.Holds(header.FirstVcn == 0, Structure, "its first piece is missing");
        Medium.Holds(header.DataSize >= 0 && header.InitializedSize >= 0, Structure, "a size is negative");
        Medium.Holds(
            !isCompressed || (header.CompressionUnit < 16
                && (long)geometry.ClusterSize << header.CompressionUnit <= CompressionUnitSizeMax),
            Structure,
            "its compression unit is impossible");

        Extent[] extents = ExtentsOf(pieces, geometry);
        long mappedBytes = extents.Length == 0 ? 0 : extents[^1].EndVcn * geometry.ClusterSize;
        Medium.Holds(header.DataSize <= mappedBytes, Structure, "it is longer than its runs");
        return new StreamMap(first, header, extents, geometry.ClusterSize);
    }

    /// <summary>The index of the extent that holds a cluster of the stream.</summary>
    public int FindExtent(long vcn)
    {
        int low = 0;
        int high = _extents.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_extents[middle].Vcn <= vcn)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>Decodes the runs of pieces that begin at VCN 0 and follow each other.</summary>
    public static Extent[] ExtentsOf(ReadOnlySpan<AttributePiece> pieces, VolumeGeometry geometry)
    {
        var limits = new RunLimits(geometry.ClusterCount, geometry.StreamClusterCountMax);
        var extents = new List<Extent>();
        foreach (AttributePiece piece in pieces)
        {
            Medium.Holds(piece.IsNonResident, Structure, "one of its pieces is resident");
            NonResidentHeader header = piece.NonResident;
            long mapped = extents.Count == 0 ? 0 : extents[^1].EndVcn;
            Medium.Holds(header.FirstVcn == mapped, Structure, "its pieces do not follow each other");
            RunList.Append(piece.RunListFrom(header), extents, limits);
        }

        return [.. extents];
    }

    private static ulong OwnerOf(AttributePiece piece) =>
        piece.Record.IsBase ? piece.Record.Number : piece.Record.Header.BaseRecord.Number;
}
