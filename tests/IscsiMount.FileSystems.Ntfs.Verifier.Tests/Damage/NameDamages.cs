using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>Damage of names in files, and of the entries of directories.</summary>
internal static class NameDamages
{
    private const string Wide = "many";
    private const string Deep = "c";
    private const string DeepFile = "file.txt";
    private const int KeyOffset = 0x10;
    private const int NamespaceOffset = 0x41;

    public static Dictionary<FindingKind, Action<VolumeEditor>> All { get; } = new()
    {
        [FindingKind.FileNameNotIndexed] = volume =>
            volume.Edit("one", AttributeTypes.FileName, name => name.Span[0x16] = 0),
        [FindingKind.FileNameInvalid] = volume => SetNamespace(volume, Deep, DeepFile, 0, 0xFF),
        [FindingKind.NamespaceInvalid] = volume => SetNamespace(volume, "dos3", "no name for dos", 0, 3),
        [FindingKind.DosNameUnpaired] = volume => SetNamespace(volume, "dos1", "a long name for dos.txt", 1, 0),
        [FindingKind.DirectoryLinked] = volume => SetNamespace(volume, "dos2", "ALONGF~1", 2, 0),
        [FindingKind.LinkCountWrong] = volume => volume.Edit(volume.NumberOf("plain"), record => record[0x12]++),
        [FindingKind.FileWithoutName] = volume =>
        {
            volume.Edit(volume.NumberOf(DeepFile), record =>
            {
                RecordSurgery.Remove(record, VolumeEditor.Find(record, AttributeTypes.FileName));
                record[0x12] = 0;
            });
            EditEntries(volume, Deep, entries => entries.RemoveAt(0));
        },
        [FindingKind.DirectoryCycle] = MoveIntoItself,
        [FindingKind.IndexRootInvalid] = volume =>
            volume.EditValue(volume.NumberOf(Wide), AttributeTypes.IndexRoot, root => root.Span[8] = 1, "$I30"),
        [FindingKind.IndexBlockInvalid] = volume => volume.EditBlock(Wide, 1, block => block[0x10] ^= 1),
        [FindingKind.IndexNodeInvalid] = volume => volume.EditBlock(Wide, 1, block => block[0x18 + 4] -= 8),
        [FindingKind.IndexOrder] = volume => volume.EditBlock(Wide, 1, SwapFirstEntries),
        [FindingKind.IndexChildInvalid] = volume =>
            EditEntries(volume, Wide, entries => WriteInt64LittleEndian(entries[0].AsSpan()[^8..], 9999)),
        [FindingKind.IndexBlockMarkedFree] = volume => volume.EditContent(
            volume.NumberOf(Wide), AttributeTypes.Bitmap, "$I30", bits => VolumeEditor.Mark(bits.Span, 0, false)),
        [FindingKind.IndexBlockLeaked] = volume => volume.EditContent(
            volume.NumberOf("shrunk"), AttributeTypes.Bitmap, "$I30", bits => VolumeEditor.Mark(bits.Span, 1, true)),
        [FindingKind.DanglingEntry] = volume => EditEntries(volume, Deep, entries => entries[0][6]++),
        [FindingKind.EntryWithoutName] = volume => volume.Edit(volume.NumberOf("plain"), record =>
        {
            RecordSurgery.Remove(record, VolumeEditor.Find(record, AttributeTypes.FileName));
            record[0x12]--;
        }),
        [FindingKind.NameWithoutEntry] = volume => EditEntries(volume, Deep, entries => entries.RemoveAt(0)),
        [FindingKind.EntryParentWrong] = volume => EditEntries(volume, Deep, entries => entries[0][KeyOffset] ^= 1),
        [FindingKind.EntryNamespaceDiffers] = volume =>
            EditEntries(volume, Deep, entries => entries[0][KeyOffset + NamespaceOffset] = 1),
        [FindingKind.EntryTypeDiffers] = volume =>
            EditEntries(volume, Deep, entries => entries[0][KeyOffset + 0x3B] ^= 0x10),
    };

    private static void EditEntries(VolumeEditor volume, string directory, Action<List<byte[]>> change)
    {
        volume.Edit(volume.NumberOf(directory), record => RecordSurgery.EditRoot(record, "$I30", change));
    }

    // In the file and in the directory alike.
    private static void SetNamespace(VolumeEditor volume, string directory, string file, byte from, byte to)
    {
        ulong number = volume.NumberOf(file);
        volume.Edit(number, record =>
        {
            int attribute = VolumeEditor.Attributes(record).First(each =>
                ReadUInt32LittleEndian(record.AsSpan(each)) == AttributeTypes.FileName
                && VolumeEditor.ValueOf(record, each).Span[NamespaceOffset] == from);
            VolumeEditor.ValueOf(record, attribute).Span[NamespaceOffset] = to;
        });
        EditEntries(volume, directory, entries => entries
            .First(entry => entry.Length > KeyOffset + NamespaceOffset
                && ReadUInt32LittleEndian(entry) == number && entry[KeyOffset + NamespaceOffset] == from)
            [KeyOffset + NamespaceOffset] = to);
    }

    private static void SwapFirstEntries(byte[] block)
    {
        const int Node = 0x18;
        int offset = Node + ReadInt32LittleEndian(block.AsSpan(Node));
        List<byte[]> entries = RecordSurgery.Entries(block.AsSpan(Node));
        (entries[0], entries[1]) = (entries[1], entries[0]);
        foreach (byte[] entry in entries)
        {
            entry.CopyTo(block, offset);
            offset += entry.Length;
        }
    }

    // loop/p/q becomes p/q/p: the entry of p leaves "loop" and comes to "q".
    private static void MoveIntoItself(VolumeEditor volume)
    {
        byte[] inner = volume.Read(volume.NumberOf("q"));
        byte[] reference = new byte[8];
        WriteUInt64LittleEndian(
            reference, Reference.Of(volume.NumberOf("q"), ReadUInt16LittleEndian(inner.AsSpan(0x10))).Value);
        byte[] moved = [];
        EditEntries(volume, "loop", entries =>
        {
            moved = entries[0];
            entries.RemoveAt(0);
        });
        reference.CopyTo(moved, KeyOffset);
        EditEntries(volume, "q", entries => entries.Insert(0, moved));
        volume.EditValue(volume.NumberOf("p"), AttributeTypes.FileName, name => reference.CopyTo(name));
    }
}
