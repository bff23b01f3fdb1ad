using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>Reads single records by their number, through as much of $MFT as is mapped so far.</summary>
internal sealed class RecordSource(Inspection inspection, StreamBytes mft)
{
    // What such a record breaks is reported where the records are met in their order.
    private readonly RecordParser _parser = new(inspection, FindingLog.Silent);

    /// <summary>The record, free, in use or damaged. Nothing if $MFT has no such record.</summary>
    public async ValueTask<ParsedRecord?> FindAsync(ulong number, CancellationToken cancellationToken)
    {
        ulong size = (ulong)inspection.Geometry.RecordSize;
        ulong count = Math.Min(mft.Size, mft.Extents?.Size ?? 0) / size;
        if (number >= count || mft.PlaceOf(number * size) is not { } place)
        {
            return null;
        }

        byte[] bytes = new byte[size];
        await mft.ReadAsync(number * size, bytes, isNear: true, cancellationToken);
        var record = new ParsedRecord { Number = number, OffsetBytes = place };
        _parser.Parse(bytes, record, isMarked: true);
        return record;
    }
}
