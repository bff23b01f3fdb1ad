using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>Damage of what the volume as a whole needs: boot sectors, system files, bitmaps.</summary>
internal static class VolumeDamages
{
    public static Dictionary<FindingKind, Action<VolumeEditor>> All { get; } = new()
    {
        [FindingKind.BootSectorInvalid] = volume => volume.Image[0x0D] = 3,
        [FindingKind.BootBackupDiffers] = volume => volume.Image[^200] ^= 1,
        [FindingKind.MftUnreadable] = volume =>
        {
            "BAAD"u8.CopyTo(volume.Image.AsSpan(volume.PlaceOf(0)));
            "BAAD"u8.CopyTo(volume.Image.AsSpan(volume.MirrorPlaceOf(0)));
        },
        [FindingKind.MirrorDiffers] = volume => volume.Image[volume.MirrorPlaceOf(2) + 0x60] ^= 1,
        [FindingKind.SystemFileInvalid] = volume =>
            volume.EditValue(3, AttributeTypes.VolumeInformation, value => value.Span[9] = 5),
        [FindingKind.VolumeMarkedDirty] = volume =>
            volume.EditValue(3, AttributeTypes.VolumeInformation, value => value.Span[10] |= 1),
        [FindingKind.LogNotEmpty] = volume =>
            volume.EditContent(2, AttributeTypes.Content, "", log => log.Span[..16].Clear()),
        [FindingKind.UpCaseInvalid] = volume =>
            volume.EditContent(10, AttributeTypes.Content, "", table => table.Span[2 * 'a'] = (byte)'B'),
        [FindingKind.BitmapSizeWrong] = volume => Shrink(volume, 6, AttributeTypes.Content),
        [FindingKind.BitmapTailClear] = volume =>
            volume.EditContent(6, AttributeTypes.Content, "", bits => bits.Span[^1] &= 0x7F),
        [FindingKind.ClusterMarkedFree] = volume => volume.MarkClusters("one", AttributeTypes.Content, isUsed: false),
        [FindingKind.ClusterLeaked] = volume =>
        {
            ulong cluster = volume.Geometry.ClusterCount - 1;
            while (volume.IsClusterUsed(cluster))
            {
                cluster--;
            }

            volume.MarkCluster(cluster, isUsed: true);
        },
        [FindingKind.ClusterShared] = volume =>
        {
            volume.MarkClusters("two", AttributeTypes.Content, isUsed: false);
            byte[] first = volume.Read(volume.NumberOf("one"));
            int attribute = VolumeEditor.Find(first, AttributeTypes.Content);
            volume.Edit(
                "two", AttributeTypes.Content, second => first.AsSpan(attribute + 0x40, 8).CopyTo(second.Span[0x40..]));
        },
        [FindingKind.MftBitmapTooShort] = volume => Shrink(volume, 0, AttributeTypes.Bitmap),
        [FindingKind.RecordMarkedFree] = volume => volume.MarkRecord(volume.NumberOf("one"), isUsed: false),
        [FindingKind.RecordLeaked] = volume =>
            volume.MarkRecord(volume.FirstRecord(record => (record[0x16] & 1) == 0), isUsed: true),
    };

    private static void Shrink(VolumeEditor volume, ulong number, uint type)
    {
        volume.Edit(number, record =>
        {
            int attribute = VolumeEditor.Find(record, type);
            WriteInt64LittleEndian(record.AsSpan(attribute + 0x30), 16);
            WriteInt64LittleEndian(record.AsSpan(attribute + 0x38), 16);
        });
    }
}
