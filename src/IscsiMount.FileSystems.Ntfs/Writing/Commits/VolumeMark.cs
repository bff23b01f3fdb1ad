using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>Sets and clears the mark that tells every system that the volume is being changed.</summary>
internal sealed class VolumeMark(WriteContext context)
{
    private const int FlagsOffset = 10;

    /// <summary>Writes the mark, and it is durable when the call ends. It goes to the device past all groups.</summary>
    public async ValueTask SetAsync(bool isDirty, CancellationToken cancellationToken)
    {
        MftRecord? record = await context.Files.Records.GetAsync((ulong)SystemFile.Volume, cancellationToken);
        Medium.Holds(record is { IsInUse: true }, "$Volume", "its record is not in use");
        var image = RecordImage.From(record, context.Format);
        AttributeImage? attribute = image.Find(AttributeType.VolumeInformation);
        Medium.Holds(attribute is not null, "$Volume", "it has no $VOLUME_INFORMATION");

        byte[] value = attribute.Value.ToArray();
        VolumeFlags flags = VolumeInformation.Read(value).Flags;
        VolumeFlags next = isDirty ? flags | VolumeFlags.Dirty : flags & ~VolumeFlags.Dirty;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(FlagsOffset), (ushort)next);
        image.SetResident(AttributeType.VolumeInformation, [], value);
        await WriteAsync(image, cancellationToken);
    }

    private async ValueTask WriteAsync(RecordImage image, CancellationToken cancellationToken)
    {
        int clusterSize = context.Geometry.ClusterSize;
        long offset = (long)image.Number * context.Geometry.RecordSize;
        byte[] bytes = image.ToBytes();
        UpdateSequence.Protect(bytes);
        List<PendingPage> pages = [.. Placement.PagesOf(
            context.Files.Records.Map.Extents.ToArray(), clusterSize, offset, bytes, WriteClass.Directory)];
        await context.Device.WriteAllAsync(pages.Select(page => (page.Offset, page.Bytes)), cancellationToken);

        // ORDER: no intent stands for this write, so at any moment one of the two copies is whole.
        await context.Device.FlushAsync(cancellationToken);
        await context.Device.WriteAsync(
            (context.Geometry.MftMirrorLcn * clusterSize) + offset, bytes, cancellationToken);
        await context.Device.FlushAsync(cancellationToken);
        var record = MftRecord.Read(image.Number, [.. bytes]);
        context.Pending.Publish([], [], () => context.Files.Records.Replace(record));
    }
}
