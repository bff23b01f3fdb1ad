using System.Text;
using IscsiMount.FileSystems.Ntfs.Formatting.Content;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using IscsiMount.FileSystems.Ntfs.Formatting.Records;

namespace IscsiMount.FileSystems.Ntfs.Formatting;

/// <summary>The records of a new volume, and the indexes that name them.</summary>
internal sealed class SystemFiles
{
    private const uint VolumeName = 0x60;
    private const uint VolumeInformation = 0x70;
    private const uint Content = 0x80;
    private const uint IndexRoot = 0x90;
    private const uint IndexAllocation = 0xA0;
    private const uint Bitmap = 0xB0;

    private const int Root = 5;
    private const int Extend = 11;
    private const int FirstReserved = 12;
    private const int FirstUnused = 16;

    private const ushort InUse = 1;
    private const ushort Directory = 2;
    private const ushort InExtend = 4;
    private const ushort ViewIndex = 8;

    private const uint HiddenSystem = 0x06;
    private const uint Archive = 0x20;
    private const uint DirectoryAttribute = 0x1000_0000;
    private const uint ViewIndexAttribute = 0x2000_0000;

    private readonly FormatPlan _plan;
    private readonly long _fileTime;
    private readonly SortedDictionary<int, byte[]> _records = [];
    private readonly List<(string Name, byte[] Entry)> _rootEntries = [];
    private readonly List<(string Name, byte[] Entry)> _extendEntries = [];

    public SystemFiles(FormatPlan plan, DateTimeOffset now)
    {
        _plan = plan;
        _fileTime = now.ToFileTime();
        AddStreams();
        AddVolume();
        AddSecure();
        AddExtensions();
        AddDirectory(Extend, "$Extend", record => AddNames(record, _extendEntries));
        AddDirectory(Root, ".", AddRootIndex);
        AddReserved();
    }

    /// <summary>All of $MFT: the records in use, and behind them those that are free.</summary>
    public byte[] MftBytes()
    {
        byte[] table = new byte[_plan.Mft.Size];
        for (int number = 0; number < _plan.RecordCount; number++)
        {
            byte[] record = _records.TryGetValue(number, out byte[]? used)
                ? used
                : new RecordWriter(number, _plan.RecordSize).Finish(0);
            record.CopyTo(table, number * _plan.RecordSize);
        }

        return table;
    }

    public byte[] MftBitmapBytes()
    {
        byte[] bits = new byte[_plan.MftBitmap.Size];
        foreach (int number in _records.Keys)
        {
            bits[number / 8] |= (byte)(1 << (number % 8));
        }

        return bits;
    }

    public byte[] RootIndexBytes() => IndexWriter.Block(_plan, Sorted(_rootEntries));

    private void AddStreams()
    {
        AddFile(0, "$MFT", _plan.Mft, record =>
        {
            record.AddInArea(Content, "", _plan.Mft, _plan.ClusterSize);
            record.AddInArea(Bitmap, "", _plan.MftBitmap, _plan.ClusterSize);
        });
        AddStream(1, "$MFTMirr", _plan.Mirror);
        AddStream(2, "$LogFile", _plan.Log);
        AddStream(4, "$AttrDef", _plan.AttributeDefinitions);
        AddStream(6, "$Bitmap", _plan.Bitmap);
        AddStream(7, "$Boot", _plan.Boot);
        AddFile(8, "$BadClus", null, record =>
        {
            record.AddResident(Content, "", []);
            record.AddHole(Content, "$Bad", _plan.ClusterCount, _plan.ClusterSize);
        });
        AddStream(10, "$UpCase", _plan.UpCase);
    }

    private void AddVolume()
    {
        AddFile(3, "$Volume", null, record =>
        {
            ReadOnlySpan<byte> version31 = [0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0];
            if (_plan.Label.Length > 0)
            {
                record.AddResident(VolumeName, "", Encoding.Unicode.GetBytes(_plan.Label));
            }

            record.AddResident(VolumeInformation, "", version31);
            record.AddResident(Content, "", []);
        });
    }

    private void AddSecure()
    {
        var byHash = new IndexKind("$SDH", 0, 0x12);
        var byId = new IndexKind("$SII", 0, 0x10);
        byte[][] heads = [.. SecurityStream.Headers];
        byte[][] hashEntries = [.. heads
            .OrderBy(head => BitConverter.ToUInt32(head))
            .Select(head => IndexWriter.ViewEntry(head[..8], head, (byte)'I', 0, (byte)'I', 0))];
        byte[][] idEntries = [.. heads.Select(head => IndexWriter.ViewEntry(head[4..8], head))];
        AddView(9, "$Secure", Root, record =>
        {
            record.AddInArea(Content, "$SDS", _plan.Descriptors, _plan.ClusterSize);
            record.AddResident(IndexRoot, byHash.Name, IndexWriter.Root(byHash, _plan, hashEntries));
            record.AddResident(IndexRoot, byId.Name, IndexWriter.Root(byId, _plan, idEntries));
        });
    }

    private void AddExtensions()
    {
        var bySid = new IndexKind("$O", 0, 0x11);
        var byOwner = new IndexKind("$Q", 0, 0x10);
        AddView(24, "$Quota", Extend, record =>
        {
            record.AddResident(IndexRoot, bySid.Name, IndexWriter.Root(bySid, _plan, QuotaEntries.BySid()));
            byte[][] owners = QuotaEntries.ByOwner(_fileTime);
            record.AddResident(IndexRoot, byOwner.Name, IndexWriter.Root(byOwner, _plan, owners));
        });
        AddView(25, "$ObjId", Extend, record => AddEmptyIndex(record, "$O"));
        AddView(26, "$Reparse", Extend, record => AddEmptyIndex(record, "$R"));
    }

    private void AddEmptyIndex(RecordWriter record, string name)
    {
        record.AddResident(IndexRoot, name, IndexWriter.Root(new IndexKind(name, 0, 0x13), _plan));
    }

    private void AddRootIndex(RecordWriter record)
    {
        ReadOnlySpan<byte> firstBlock = [1, 0, 0, 0, 0, 0, 0, 0];
        record.AddResident(IndexRoot, IndexKind.Names.Name, IndexWriter.RootAboveBlock(IndexKind.Names, _plan));
        record.AddInArea(IndexAllocation, IndexKind.Names.Name, _plan.RootIndex, _plan.ClusterSize);
        record.AddResident(Bitmap, IndexKind.Names.Name, firstBlock);
    }

    private void AddNames(RecordWriter record, List<(string Name, byte[] Entry)> entries)
    {
        record.AddResident(
            IndexRoot, IndexKind.Names.Name, IndexWriter.Root(IndexKind.Names, _plan, Sorted(entries)));
    }

    private void AddStream(int number, string name, Area area)
    {
        AddFile(number, name, area, record => record.AddInArea(Content, "", area, _plan.ClusterSize));
    }

    private void AddFile(int number, string name, Area? content, Action<RecordWriter> addAttributes)
    {
        var head = new FileHead(name, ReferenceOf(Root), HiddenSystem, SecurityStream.SystemId);
        Add(number, head, content, InUse, addAttributes);
    }

    private void AddView(int number, string name, int directory, Action<RecordWriter> addAttributes)
    {
        bool isExtension = directory == Extend;
        uint attributes = HiddenSystem | ViewIndexAttribute | (isExtension ? Archive : 0);
        var head = new FileHead(name, ReferenceOf(directory), attributes, SecurityStream.SystemId);
        Add(number, head, null, (ushort)(InUse | ViewIndex | (isExtension ? InExtend : 0)), addAttributes);
    }

    private void AddDirectory(int number, string name, Action<RecordWriter> addAttributes)
    {
        uint securityId = number == Root ? SecurityStream.RootId : SecurityStream.SystemId;
        var head = new FileHead(name, ReferenceOf(Root), HiddenSystem | DirectoryAttribute, securityId);
        Add(number, head, null, InUse | Directory, addAttributes);
    }

    private void Add(int number, FileHead head, Area? content, ushort flags, Action<RecordWriter> addAttributes)
    {
        var record = new RecordWriter(number, _plan.RecordSize);
        ulong allocated = (content?.ClusterCount ?? 0) * (ulong)_plan.ClusterSize;
        byte[] name = head.FileName(_fileTime, allocated, content?.Size ?? 0);
        List<(string Name, byte[] Entry)> entries =
            head.Directory == ReferenceOf(Root) ? _rootEntries : _extendEntries;
        entries.Add((head.Name, IndexWriter.NameEntry(record.Reference, name)));

        record.AddResident(0x10, "", head.StandardInformation(_fileTime));
        record.AddResident(0x30, "", name, isIndexed: true);
        addAttributes(record);
        _records.Add(number, record.Finish(flags));
    }

    // Kept for the time when $MFT itself needs more than one record.
    private void AddReserved()
    {
        var head = new FileHead("", 0, HiddenSystem, SecurityStream.SystemId);
        for (int number = FirstReserved; number < FirstUnused; number++)
        {
            var record = new RecordWriter(number, _plan.RecordSize);
            record.AddResident(0x10, "", head.StandardInformation(_fileTime));
            record.AddResident(Content, "", []);
            _records.Add(number, record.Finish(InUse));
        }
    }

    private ulong ReferenceOf(int number) => new RecordWriter(number, _plan.RecordSize).Reference;

    // In the order of capitals. The names are ASCII, where the capitals of the runtime are those of the volume.
    private static byte[][] Sorted(List<(string Name, byte[] Entry)> entries)
    {
        return [.. entries.OrderBy(each => each.Name, StringComparer.OrdinalIgnoreCase).Select(each => each.Entry)];
    }
}
