using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Space;

/// <summary>
/// Makes room for more file records, as an operation of its own: clusters, empty records in them, the bitmap, and last
/// the first record with its copy.
/// </summary>
internal sealed class MftGrowth(WriteContext context)
{
    // LIMIT: an eighth more than there is, at least 64 records, so that $MFT has few extents; at most 4 MiB at a time.
    private const int RecordsMin = 64;
    private const int GrowthDivisor = 8;
    private const int GrowthBytesMax = 4 * 1024 * 1024;
    private const int BitmapGranule = 8;
    private const ulong Number = (ulong)SystemFile.Mft;

    private readonly int _recordSize = context.Geometry.RecordSize;
    private readonly int _clusterSize = context.Geometry.ClusterSize;

    public async ValueTask<FsStatus> RunAsync(CancellationToken cancellationToken)
    {
        var change = new Change(context);
        RecordImage record = await change.GetAsync(Number, cancellationToken);
        if (record.HasAttributeList)
        {
            return change.Abandon(FsStatus.NoSpace);
        }

        StreamShape before = StreamShape.From(context.Files.Records.Map, 0, _clusterSize);
        StreamShape bitsBefore = StreamShape.From(context.Records.Map, 0, _clusterSize);
        StreamShape? after = await ExtendAsync(change, before, cancellationToken);
        StreamShape? bits = after is null
            ? null
            : await ExtendBitmapAsync(change, bitsBefore, after, cancellationToken);
        if (after is null || bits is null)
        {
            return change.Abandon(FsStatus.NoSpace);
        }

        await FormatAsync(before, after, cancellationToken);
        record.SetNonResident(AttributeType.Data, [], after);
        record.SetNonResident(AttributeType.Bitmap, [], bits);
        change.Touch(record);
        change.Published = () => TakeOver(record);
        return change.Publish();
    }

    private async ValueTask<StreamShape?> ExtendAsync(
        Change change, StreamShape before, CancellationToken cancellationToken)
    {
        long size = before.AllocatedSize / _recordSize * _recordSize;
        if (size - before.DataSize < (long)RecordsMin * _recordSize)
        {
            long wanted = Math.Clamp(
                before.DataSize / GrowthDivisor, (long)RecordsMin * _recordSize, GrowthBytesMax);
            int granule = Math.Max(1, _recordSize / _clusterSize);
            long clusters = (wanted + _clusterSize - 1) / _clusterSize;
            var wish = new ClusterWish((clusters + granule - 1) / granule * granule)
            {
                Goal = before.Extents[^1].Lcn + before.Extents[^1].ClusterCount,
                Granule = granule,
                MayUseZone = true,
            };
            if (await change.TakeAsync(wish, cancellationToken) is not { } taken)
            {
                return null;
            }

            before = before.Append(taken);
            size = before.AllocatedSize / _recordSize * _recordSize;
        }

        return before with { DataSize = size, InitializedSize = size };
    }

    private async ValueTask<StreamShape?> ExtendBitmapAsync(
        Change change, StreamShape before, StreamShape records, CancellationToken cancellationToken)
    {
        long count = records.DataSize / _recordSize;
        long size = Math.Max(before.DataSize, (count + (BitmapGranule * 8) - 1) / (BitmapGranule * 8) * BitmapGranule);
        if (size > before.AllocatedSize)
        {
            long clusters = (size - before.AllocatedSize + _clusterSize - 1) / _clusterSize;
            var wish = new ClusterWish(clusters) { MayUseZone = true };
            if (await change.TakeAsync(wish, cancellationToken) is not { } taken)
            {
                return null;
            }

            // Nothing refers to these clusters yet, so they are written at once.
            foreach (Extent extent in taken)
            {
                await context.Device.WriteAsync(
                    extent.Lcn * _clusterSize, new byte[(int)(extent.ClusterCount * _clusterSize)], cancellationToken);
            }

            before = before.Append(taken);
        }

        return before with { DataSize = size, InitializedSize = size };
    }

    /// <summary>Writes empty records where $MFT will lie. Nothing refers to them yet.</summary>
    private async ValueTask FormatAsync(StreamShape before, StreamShape after, CancellationToken cancellationToken)
    {
        // LIMIT: a transfer of this size at a time.
        const int StepMax = 256 * 1024;
        for (long offset = before.InitializedSize; offset < after.InitializedSize;)
        {
            int step = (int)Math.Min(StepMax, after.InitializedSize - offset);
            byte[] records = new byte[step];
            for (int at = 0; at < step; at += _recordSize)
            {
                var reference = new FileReference((ulong)((offset + at) / _recordSize), 1);
                byte[] bytes = RecordImage.New(reference, RecordFlags.None, context.Format, null).ToBytes();
                UpdateSequence.Protect(bytes);
                bytes.CopyTo(records, at);
            }

            int unit = Math.Min(_recordSize, _clusterSize);
            await context.Device.WriteAllAsync(
                Enumerable.Range(0, step / unit).Select(index => (
                    Placement.OffsetOf(after.Extents, _clusterSize, offset + ((long)index * unit)),
                    records[(index * unit)..((index + 1) * unit)])),
                cancellationToken);
            offset += step;
        }
    }

    private void TakeOver(RecordImage record)
    {
        byte[] bytes = record.ToBytes();
        UpdateSequence.Protect(bytes);
        var file = MftFile.Simple(MftRecord.Read(Number, bytes));
        context.Files.Records.Map = MapOf(file, AttributeType.Data);
        context.Records.Grow(MapOf(file, AttributeType.Bitmap), context.Files.Records.Count);
    }

    private StreamMap MapOf(MftFile file, AttributeType type)
    {
        StreamMap? map = context.Files.FindStream(file, type, []);
        Invariant.Holds(map is not null);
        return map;
    }
}
