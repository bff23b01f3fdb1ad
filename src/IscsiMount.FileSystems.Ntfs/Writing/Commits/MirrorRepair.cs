using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Volume;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>
/// Makes the first records of $MFT and their copies equal again after a crash: the record is believed if it is whole,
/// else its copy.
/// </summary>
internal sealed class MirrorRepair(VolumeGeometry geometry, VolumeMedium medium, DeviceWriter writer)
{
    private const int RecordsMin = 4;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        int count = Math.Max(RecordsMin, geometry.ClusterSize / geometry.RecordSize);
        for (int number = 0; number < count; number++)
        {
            await RepairAsync(number, cancellationToken);
        }

        await writer.FlushAsync(cancellationToken);
    }

    private async ValueTask RepairAsync(int number, CancellationToken cancellationToken)
    {
        long offset = (long)number * geometry.RecordSize;
        long place = (geometry.MftLcn * geometry.ClusterSize) + offset;
        long copyPlace = (geometry.MftMirrorLcn * geometry.ClusterSize) + offset;
        byte[] record = new byte[geometry.RecordSize];
        byte[] copy = new byte[geometry.RecordSize];
        await medium.ReadDeviceAsync(place, record, cancellationToken);
        await medium.ReadDeviceAsync(copyPlace, copy, cancellationToken);
        if (record.AsSpan().SequenceEqual(copy))
        {
            return;
        }

        if (IsWhole(record))
        {
            await writer.WriteAsync(copyPlace, record, cancellationToken);
        }
        else if (IsWhole(copy))
        {
            await writer.WriteAsync(place, copy, cancellationToken);
        }
    }

    private static bool IsWhole(byte[] bytes)
    {
        byte[] undone = [.. bytes];
        return MftRecord.IsSigned(undone) && UpdateSequence.TryUndo(undone);
    }
}
