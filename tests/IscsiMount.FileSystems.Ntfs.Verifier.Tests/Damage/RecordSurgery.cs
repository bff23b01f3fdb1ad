using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>Changes of a record after which it is still in order as a record.</summary>
internal static class RecordSurgery
{
    private const int RootHeaderLength = 0x10;
    private const int NodeHeaderLength = 0x10;

    /// <summary>Takes an attribute out and closes the gap.</summary>
    public static void Remove(byte[] record, int attribute)
    {
        Replace(record, attribute, []);
    }

    /// <summary>Puts another attribute in the place of one.</summary>
    public static void Replace(byte[] record, int attribute, byte[] replacement)
    {
        int length = ReadInt32LittleEndian(record.AsSpan(attribute + 4));
        int used = ReadInt32LittleEndian(record.AsSpan(0x18));
        byte[] tail = record[(attribute + length)..used];
        replacement.CopyTo(record, attribute);
        tail.CopyTo(record, attribute + replacement.Length);
        WriteInt32LittleEndian(record.AsSpan(0x18), used - length + replacement.Length);
    }

    /// <summary>Changes the entries of an index root: each is the bytes of one, the last one included.</summary>
    public static void EditRoot(byte[] record, string index, Action<List<byte[]>> change)
    {
        int attribute = VolumeEditor.Find(record, AttributeTypes.IndexRoot, index);
        byte[] value = VolumeEditor.ValueOf(record, attribute).ToArray();
        List<byte[]> entries = Entries(value.AsSpan(RootHeaderLength));
        change(entries);

        byte[] content = [.. value[..(RootHeaderLength + NodeHeaderLength)], .. entries.SelectMany(each => each)];
        int used = content.Length - RootHeaderLength;
        WriteInt32LittleEndian(content.AsSpan(RootHeaderLength + 4), used);
        WriteInt32LittleEndian(content.AsSpan(RootHeaderLength + 8), used);
        int valueOffset = ReadUInt16LittleEndian(record.AsSpan(attribute + 0x14));
        byte[] replacement = [.. record.AsSpan(attribute, valueOffset), .. content];
        WriteInt32LittleEndian(replacement.AsSpan(0x04), replacement.Length);
        WriteInt32LittleEndian(replacement.AsSpan(0x10), content.Length);
        Replace(record, attribute, replacement);
    }

    /// <summary>The entries of a node.</summary>
    public static List<byte[]> Entries(ReadOnlySpan<byte> node)
    {
        List<byte[]> entries = [];
        int offset = ReadInt32LittleEndian(node);
        int end = ReadInt32LittleEndian(node[4..]);
        while (offset < end)
        {
            int length = ReadUInt16LittleEndian(node[(offset + 8)..]);
            entries.Add(node.Slice(offset, length).ToArray());
            offset += length;
        }

        return entries;
    }
}
