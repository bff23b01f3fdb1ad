using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;

/// <summary>A copy of a sound volume of which single fields are changed, and all around them is kept right.</summary>
internal sealed class VolumeEditor
{
    private const int Stride = 512;
    private const uint EndMarker = 0xFFFF_FFFF;

    private readonly Geometry _geometry;
    private readonly Extents _mft;

    public VolumeEditor(byte[] sound)
    {
        Image = [.. sound];
        _geometry = Geometry.Find(BootSector.Read(Image), (ulong)Image.Length, out _)!;
        byte[] first = Unprotected(Image.AsSpan((int)_geometry.OffsetOf(_geometry.MftLcn), _geometry.RecordSize));
        _mft = ExtentsOf(first, Find(first, AttributeTypes.Content));
    }

    public byte[] Image { get; }

    public Geometry Geometry => _geometry;

    public ulong RecordCount => _mft.Size / (ulong)_geometry.RecordSize;

    public int PlaceOf(ulong record) => (int)_mft.PlaceOf(record * (ulong)_geometry.RecordSize)!.Value;

    /// <summary>Where the copy of one of the first records lies.</summary>
    public int MirrorPlaceOf(ulong record) =>
        (int)_geometry.OffsetOf(_geometry.MirrorLcn) + ((int)record * _geometry.RecordSize);

    public byte[] Read(ulong record) => Unprotected(Image.AsSpan(PlaceOf(record), _geometry.RecordSize));

    /// <summary>Changes a record, and its copy if it has one.</summary>
    public void Edit(ulong record, Action<byte[]> change)
    {
        byte[] bytes = Read(record);
        change(bytes);
        Protect(bytes);
        bytes.CopyTo(Image, PlaceOf(record));
        if (record < (ulong)_geometry.MirroredRecords)
        {
            bytes.CopyTo(Image, MirrorPlaceOf(record));
        }
    }

    /// <summary>Changes an attribute of a file, which stays as long as it is.</summary>
    public void Edit(string file, uint type, Action<Memory<byte>> change, string name = "")
    {
        Edit(NumberOf(file), record =>
        {
            int offset = Find(record, type, name);
            change(record.AsMemory(offset, ReadInt32LittleEndian(record.AsSpan(offset + 4))));
        });
    }

    /// <summary>Changes the value of a resident attribute.</summary>
    public void EditValue(ulong record, uint type, Action<Memory<byte>> change, string name = "")
    {
        Edit(record, bytes => change(ValueOf(bytes, Find(bytes, type, name))));
    }

    /// <summary>The number of the file that has this name, wherever its attribute lies.</summary>
    public ulong NumberOf(string name)
    {
        for (ulong number = 0; number < RecordCount; number++)
        {
            byte[] record = Image.AsSpan(PlaceOf(number), 4).SequenceEqual("FILE"u8) ? Read(number) : [];
            if (record.Length > 0 && (record[0x16] & 1) != 0 && Attributes(record).Any(each => IsNamed(record, each)))
            {
                var owner = new Reference(ReadUInt64LittleEndian(record.AsSpan(0x20)));
                return owner.Value == 0 ? number : owner.Number;
            }
        }

        throw new ArgumentException($"There is no file {name}.", nameof(name));

        bool IsNamed(byte[] record, int attribute)
        {
            return ReadUInt32LittleEndian(record.AsSpan(attribute)) == AttributeTypes.FileName
                && FileNameValue.TryRead(ValueOf(record, attribute).Span, out FileNameValue value)
                && Utf16.Equals(value.Name, name);
        }
    }

    /// <summary>The first record for which something holds.</summary>
    public ulong FirstRecord(Func<byte[], bool> condition, ulong from = 24)
    {
        ulong number = from;
        while (!condition(Read(number)))
        {
            number++;
        }

        return number;
    }

    public static IEnumerable<int> Attributes(byte[] record)
    {
        int offset = ReadUInt16LittleEndian(record.AsSpan(0x14));
        while (ReadUInt32LittleEndian(record.AsSpan(offset)) != EndMarker)
        {
            yield return offset;
            offset += ReadInt32LittleEndian(record.AsSpan(offset + 4));
        }
    }

    public static int Find(byte[] record, uint type, string name = "")
    {
        return Attributes(record).First(offset => ReadUInt32LittleEndian(record.AsSpan(offset)) == type
            && Utf16.Equals(
                record.AsSpan(offset + ReadUInt16LittleEndian(record.AsSpan(offset + 10)), 2 * record[offset + 9]),
                name));
    }

    public static Memory<byte> ValueOf(byte[] record, int attribute) => record.AsMemory(
        attribute + ReadUInt16LittleEndian(record.AsSpan(attribute + 0x14)),
        ReadInt32LittleEndian(record.AsSpan(attribute + 0x10)));

    /// <summary>Where a byte of a non-resident stream lies, of its first piece.</summary>
    public int PlaceOf(ulong record, uint type, string name, ulong offset)
    {
        byte[] bytes = Read(record);
        return (int)ExtentsOf(bytes, Find(bytes, type, name)).PlaceOf(offset)!.Value;
    }

    /// <summary>Changes the content of a stream that lies in the record or in one extent.</summary>
    public void EditContent(ulong record, uint type, string name, Action<Memory<byte>> change)
    {
        byte[] bytes = Read(record);
        int attribute = Find(bytes, type, name);
        if (bytes[attribute + 8] == 0)
        {
            EditValue(record, type, change, name);
            return;
        }

        int size = (int)ReadUInt64LittleEndian(bytes.AsSpan(attribute + 0x30));
        change(Image.AsMemory(PlaceOf(record, type, name, 0), size));
    }

    /// <summary>Changes a block of an index.</summary>
    public void EditBlock(string file, int block, Action<byte[]> change, string index = "$I30")
    {
        int size = _geometry.IndexBlockSize;
        int place = PlaceOf(NumberOf(file), AttributeTypes.IndexAllocation, index, (ulong)(block * size));
        byte[] bytes = Unprotected(Image.AsSpan(place, size));
        change(bytes);
        Protect(bytes);
        bytes.CopyTo(Image, place);
    }

    /// <summary>Takes the clusters of a stream, or frees them, in $Bitmap.</summary>
    public void MarkClusters(string file, uint type, bool isUsed)
    {
        byte[] record = Read(NumberOf(file));
        foreach (Extent run in ExtentsOf(record, Find(record, type)).Runs.Where(run => run.Lcn is not null))
        {
            for (ulong i = 0; i < run.Count; i++)
            {
                MarkCluster(run.Lcn!.Value + i, isUsed);
            }
        }
    }

    public void MarkCluster(ulong cluster, bool isUsed)
    {
        EditContent(6, AttributeTypes.Content, "", bits => Mark(bits.Span, cluster, isUsed));
    }

    public bool IsClusterUsed(ulong cluster)
    {
        int place = PlaceOf(6, AttributeTypes.Content, "", cluster / 8);
        return (Image[place] >> (int)(cluster % 8) & 1) != 0;
    }

    public void MarkRecord(ulong record, bool isUsed)
    {
        EditContent(0, AttributeTypes.Bitmap, "", bits => Mark(bits.Span, record, isUsed));
    }

    public static void Mark(Span<byte> bits, ulong index, bool isSet)
    {
        int mask = 1 << (int)(index % 8);
        ref byte value = ref bits[(int)(index / 8)];
        value = (byte)(isSet ? value | mask : value & ~mask);
    }

    private Extents ExtentsOf(byte[] record, int attribute)
    {
        var extents = new Extents(_geometry);
        RunDecoder.Append(
            record.AsSpan(attribute + ReadUInt16LittleEndian(record.AsSpan(attribute + 0x20))),
            _geometry.ClusterCount,
            extents);
        return extents;
    }

    private static byte[] Unprotected(ReadOnlySpan<byte> structure)
    {
        byte[] copy = structure.ToArray();
        Protection.Remove(copy);
        return copy;
    }

    private static void Protect(byte[] structure)
    {
        int array = ReadUInt16LittleEndian(structure.AsSpan(4));
        for (int i = 1; i <= structure.Length / Stride; i++)
        {
            Span<byte> last = structure.AsSpan((i * Stride) - 2, 2);
            last.CopyTo(structure.AsSpan(array + (2 * i)));
            structure.AsSpan(array, 2).CopyTo(last);
        }
    }
}
