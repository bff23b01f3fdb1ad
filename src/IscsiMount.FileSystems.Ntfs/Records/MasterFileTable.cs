using System.Buffers;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>
/// Finds out where $MFT lies. Its first record maps the beginning; where $MFT is fragmented, an attribute list leads to
/// records that map the rest, and these lie in the part that is mapped already.
/// </summary>
internal sealed class MasterFileTable(VolumeMedium medium, ExtentReader reader, VolumeGeometry geometry)
{
    private const string Structure = "$MFT";
    private const ulong Number = 0;

    /// <summary>What had to be taken from $MFTMirr because $MFT itself could not be read, or null.</summary>
    public string? Damage { get; private set; }

    public async ValueTask<StreamMap> LocateAsync(CancellationToken cancellationToken)
    {
        MftRecord record = await ReadFirstRecordAsync(cancellationToken);
        List<AttributePiece> pieces = DataPiecesOf(record);
        Medium.Holds(pieces.Count > 0, Structure, "its first record has no $DATA");

        if (AttributeList.FindIn(record) is { } list)
        {
            pieces = await CollectPiecesAsync(record, pieces[0], list, cancellationToken);
        }

        StreamMap map = Map(pieces);
        Medium.Holds(
            map.Resident is null && !map.IsCompressed && map.InitializedBytes >= geometry.RecordSize * 16L,
            Structure,
            "it cannot be stored in this way");
        return map;
    }

    private static List<AttributePiece> DataPiecesOf(MftRecord record)
    {
        var pieces = new List<AttributePiece>();
        foreach (AttributeSlot slot in record.Slots)
        {
            if (slot.Header is { Type: AttributeType.Data, NameLength: 0 })
            {
                pieces.Add(new AttributePiece(record, slot));
            }
        }

        return pieces;
    }

    private async ValueTask<List<AttributePiece>> CollectPiecesAsync(
        MftRecord record, AttributePiece first, AttributePiece list, CancellationToken cancellationToken)
    {
        List<AttributeListEntry> entries = await AttributeList.ReadAsync(list, reader, geometry, cancellationToken);
        var pieces = new List<AttributePiece> { first };
        IEnumerable<AttributeListEntry> more = entries
            .Where(entry => entry is { Type: AttributeType.Data, NameLength: 0, FirstVcn: > 0 })
            .OrderBy(entry => entry.FirstVcn);
        foreach (AttributeListEntry entry in more)
        {
            MftRecord holder = entry.Record.Number == Number
                ? record
                : await ReadMappedAsync(entry.Record.Number, pieces, cancellationToken);
            pieces.Add(AttributeList.Locate(entry, record, holder));
        }

        return pieces;
    }

    /// <summary>Reads a record through the part of $MFT that is mapped so far.</summary>
    private async ValueTask<MftRecord> ReadMappedAsync(
        ulong number, List<AttributePiece> pieces, CancellationToken cancellationToken)
    {
        Extent[] extents = StreamMap.ExtentsOf(pieces.ToArray(), geometry);
        long mappedRecords = extents[^1].EndVcn * geometry.ClusterSize / geometry.RecordSize;
        Medium.Holds(number < (ulong)mappedRecords, Structure, "a record that maps it lies in what it maps");

        // A record may be longer than a cluster and lie in two extents, so it is read cluster by cluster.
        byte[] raw = new byte[geometry.RecordSize];
        int step = Math.Min(geometry.ClusterSize, raw.Length);
        for (int at = 0; at < raw.Length; at += step)
        {
            long offset = ((long)number * geometry.RecordSize) + at;
            long vcn = offset / geometry.ClusterSize;
            Extent extent = Array.Find(extents, candidate => candidate.EndVcn > vcn);
            Medium.Holds(!extent.IsHole, Structure, "it has a hole");
            long place = ((extent.Lcn + vcn - extent.Vcn) * geometry.ClusterSize) + (offset % geometry.ClusterSize);
            await medium.ReadAsync(place, raw.AsMemory(at, step), cancellationToken);
        }

        return MftRecord.Read(number, raw);
    }

    private async ValueTask<MftRecord> ReadFirstRecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadRecordAtAsync(geometry.MftLcn, cancellationToken);
        }
        catch (DamagedMediumException damage)
        {
            Damage = damage.Message;
        }

        return await ReadRecordAtAsync(geometry.MftMirrorLcn, cancellationToken);
    }

    private async ValueTask<MftRecord> ReadRecordAtAsync(long lcn, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(geometry.RecordSize);
        try
        {
            Memory<byte> raw = buffer.AsMemory(0, geometry.RecordSize);
            await medium.ReadAsync(lcn * geometry.ClusterSize, raw, cancellationToken);
            var record = MftRecord.Read(Number, raw.Span);
            Medium.Holds(record is { IsInUse: true, IsBase: true }, Structure, "its first record is not in use");
            return record;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private StreamMap Map(List<AttributePiece> pieces) => StreamMap.From(pieces.ToArray(), geometry);
}
