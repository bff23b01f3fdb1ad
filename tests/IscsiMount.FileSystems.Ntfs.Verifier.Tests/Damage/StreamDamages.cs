using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>Damage of runs and sizes, and of attributes that describe a file.</summary>
internal static class StreamDamages
{
    private const uint ReparseAttributeOffset = 0x21;

    public static Dictionary<FindingKind, Action<VolumeEditor>> All { get; } = new()
    {
        [FindingKind.RunListInvalid] = volume => EditContent(volume, "one", content => content[0x18]++),
        [FindingKind.AllocatedSizeWrong] = volume => EditContent(volume, "one", content => content[0x29] += 4),
        [FindingKind.SizesContradict] = volume => EditContent(volume, "one", content => content[0x38]++),
        [FindingKind.TotalAllocatedWrong] = volume => EditContent(volume, "hole", content => content[0x41] += 4),
        [FindingKind.HoleUnmarked] = volume =>
        {
            volume.MarkClusters("one", AttributeTypes.Content, isUsed: false);
            byte[] hole = [0x01, 0x02, 0x00];
            EditContent(volume, "one", content => hole.CopyTo(content[0x40..]));
        },
        [FindingKind.CompressionUnitInvalid] = volume => EditContent(volume, "numbers", content => content[0x22] = 5),
        [FindingKind.StandardInformationInvalid] = volume =>
            volume.Edit("one", AttributeTypes.StandardInformation, attribute => attribute.Span[0x10] = 56),
        [FindingKind.SecurityEntryInvalid] = volume =>
        {
            Flip(volume, 0x30);
            Flip(volume, 0x30 + 0x40000);
        },
        [FindingKind.SecurityMirrorDiffers] = volume => Flip(volume, 0x30 + 0x40000),
        [FindingKind.SecurityIdIndexMismatch] = volume =>
            EditFirstEntry(volume, "$SII", entry => entry[0x14 + 8] ^= 16),
        [FindingKind.SecurityHashIndexMismatch] = volume =>
            EditFirstEntry(volume, "$SDH", entry => entry[0x18 + 8] ^= 16),
        [FindingKind.SecurityIdUnknown] = volume => volume.EditValue(
            volume.NumberOf("one"), AttributeTypes.StandardInformation,
            value => WriteUInt32LittleEndian(value.Span[0x34..], 7777)),
        [FindingKind.ReparsePointInvalid] = volume => volume.EditValue(
            volume.NumberOf("sym"), AttributeTypes.StandardInformation,
            value => value.Span[(int)ReparseAttributeOffset] &= 0xFB),
        [FindingKind.ReparseIndexMismatch] = volume => volume.Edit(
            volume.NumberOf("$Reparse"),
            record => RecordSurgery.EditRoot(record, "$R", entries => entries[0][0x10] ^= 1)),
        [FindingKind.ObjectIdIndexMismatch] = volume => volume.Edit(
            volume.NumberOf("$ObjId"),
            record => RecordSurgery.EditRoot(record, "$O", entries => entries[0][0x10] ^= 1)),
        [FindingKind.ExtendedAttributesInvalid] = volume => volume.EditValue(
            volume.NumberOf("eas"), AttributeTypes.ExtendedAttributesHead, value => value.Span[4] += 4),
    };

    private static void EditContent(VolumeEditor volume, string file, Action<Span<byte>> change)
    {
        volume.Edit(file, AttributeTypes.Content, attribute => change(attribute.Span));
    }

    private static void EditFirstEntry(VolumeEditor volume, string index, Action<Span<byte>> change)
    {
        const int Node = 0x18;
        volume.EditBlock(
            "$Secure", 0, block => change(block.AsSpan(Node + ReadInt32LittleEndian(block.AsSpan(Node)))), index);
    }

    private static void Flip(VolumeEditor volume, ulong offset)
    {
        volume.Image[volume.PlaceOf(9, AttributeTypes.Content, "$SDS", offset)] ^= 1;
    }
}
