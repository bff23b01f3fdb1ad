using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>Damage of records, their attributes and their extensions.</summary>
internal static class RecordDamages
{
    private const string ManyStreams = "y";
    private const string Scattered = "pieces";

    public static Dictionary<FindingKind, Action<VolumeEditor>> All { get; } = new()
    {
        [FindingKind.TornStructure] = volume => volume.Image[volume.PlaceOf(volume.NumberOf("plain")) + 510] ^= 1,
        [FindingKind.RecordHeaderInvalid] = volume => EditOne(volume, record => record[0x2C] ^= 1),
        [FindingKind.RecordEndInvalid] = volume => EditOne(volume, record => record[0x18] += 8),
        [FindingKind.AttributeInvalid] = volume =>
            volume.Edit("one", AttributeTypes.Content, attribute => attribute.Span[4] = 0x0C),
        [FindingKind.AttributeOrder] = volume => volume.Edit(volume.NumberOf("eas"), SwapLastAttributes),
        [FindingKind.AttributeInstance] = volume => EditOne(volume, record =>
            record[VolumeEditor.Find(record, AttributeTypes.Content) + 0x0E] =
                record[VolumeEditor.Find(record, AttributeTypes.FileName) + 0x0E]),
        [FindingKind.AttributeForm] = volume =>
            volume.Edit("one", AttributeTypes.StandardInformation, attribute =>
            {
                attribute.Span[0x09] = 1;
                attribute.Span[0x0A] = 0x18;
            }),
        [FindingKind.RecordFlagsInvalid] = volume => EditOne(volume, record => record[0x16] |= 8),
        [FindingKind.ExtensionLinked] = volume =>
            volume.Edit(ExtensionOf(volume, ManyStreams), record => record[0x12] = 1),
        [FindingKind.ExtensionOrphan] = AddOrphan,
        [FindingKind.AttributeListInvalid] = volume => EditList(volume, list => list.Span[7] = 0x20),
        [FindingKind.AttributeListMismatch] = volume => EditList(volume, list => list.Span[0x18] ^= 0x80),
        [FindingKind.PiecesNotContiguous] = MovePiece,
    };

    private static void EditOne(VolumeEditor volume, Action<byte[]> change)
    {
        volume.Edit(volume.NumberOf("one"), change);
    }

    private static void SwapLastAttributes(byte[] record)
    {
        int[] attributes = [.. VolumeEditor.Attributes(record)];
        int end = ReadInt32LittleEndian(record.AsSpan(0x18)) - 8;
        byte[] first = record[attributes[^2]..attributes[^1]];
        byte[] second = record[attributes[^1]..end];
        second.CopyTo(record, attributes[^2]);
        first.CopyTo(record, attributes[^2] + second.Length);
    }

    private static ulong ExtensionOf(VolumeEditor volume, string file, Func<byte[], bool>? condition = null)
    {
        ulong number = volume.NumberOf(file);
        return volume.FirstRecord(
            record => (record[0x16] & 1) != 0
                && (ReadUInt64LittleEndian(record.AsSpan(0x20)) & 0xFFFF_FFFF) == number
                && (condition?.Invoke(record) ?? true),
            from: 12);
    }

    private static void EditList(VolumeEditor volume, Action<Memory<byte>> change)
    {
        volume.EditContent(volume.NumberOf(ManyStreams), AttributeTypes.AttributeList, "", change);
    }

    // A record without attributes that says that it belongs to a file which does not know it.
    private static void AddOrphan(VolumeEditor volume)
    {
        ulong free = volume.FirstRecord(record => (record[0x16] & 1) == 0);
        ulong owner = volume.NumberOf("one");
        byte[] ownerRecord = volume.Read(owner);
        volume.Edit(free, record =>
        {
            ownerRecord.CopyTo(record, 0);
            record[0x12] = 0;
            WriteInt32LittleEndian(record.AsSpan(0x18), record[0x14] + 8);
            WriteUInt64LittleEndian(
                record.AsSpan(0x20), Reference.Of(owner, ReadUInt16LittleEndian(ownerRecord.AsSpan(0x10))).Value);
            WriteUInt32LittleEndian(record.AsSpan(0x2C), (uint)free);
            record.AsSpan(record[0x14], 4).Fill(0xFF);
        });
        volume.MarkRecord(free, isUsed: true);
    }

    private static void MovePiece(VolumeEditor volume)
    {
        ulong extension = ExtensionOf(
            volume, Scattered, record => VolumeEditor.Attributes(record).Any(each => IsLaterPiece(record, each)));
        volume.Edit(extension, record =>
        {
            int piece = VolumeEditor.Attributes(record).First(each => IsLaterPiece(record, each));
            record[piece + 0x10]++;
        });
        volume.EditContent(volume.NumberOf(Scattered), AttributeTypes.AttributeList, "", list =>
        {
            int entry = 0;
            while (ReadUInt32LittleEndian(list.Span[(entry + 0x10)..]) != extension)
            {
                entry += ReadUInt16LittleEndian(list.Span[(entry + 4)..]);
            }

            list.Span[entry + 8]++;
        });
    }

    private static bool IsLaterPiece(byte[] record, int attribute)
    {
        return ReadUInt32LittleEndian(record.AsSpan(attribute)) == AttributeTypes.Content
            && record[attribute + 8] == 1
            && ReadUInt64LittleEndian(record.AsSpan(attribute + 0x10)) > 0;
    }
}
