using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>
/// One operation on a volume, from the state before it to the state after it. It works on images of its own and touches
/// nothing that others see until it is published as a whole. If it is abandoned, nothing has happened.
/// </summary>
/// <remarks>It lives inside the gate of changes.</remarks>
internal sealed class Change(WriteContext context)
{
    private readonly Dictionary<ulong, ChangedRecord> _records = [];
    private readonly Dictionary<ulong, IndexEditor> _indexes = [];
    private readonly List<Extent> _taken = [];
    private readonly List<ulong> _takenRecords = [];
    private readonly FreedSpace _freed = new();

    public WriteContext Context => context;

    /// <summary>The time of the operation.</summary>
    public long Now { get; } = context.Now();

    /// <summary>The records that the operation changes.</summary>
    public IReadOnlyCollection<ChangedRecord> Records => _records.Values;

    /// <summary>The indexes that the operation changes.</summary>
    public IReadOnlyCollection<IndexEditor> Indexes => _indexes.Values;

    /// <summary>Clusters that come to be in use.</summary>
    public IReadOnlyList<Extent> Taken => _taken;

    public IReadOnlyList<ulong> TakenRecords => _takenRecords;

    /// <summary>Names of directories that come, go or change.</summary>
    public List<(FileReference Directory, string Name)> Names { get; } = [];

    /// <summary>Called when the change becomes visible, under the lock of the pending pages.</summary>
    public Action? Published { get; set; }

    /// <summary>What comes to be free.</summary>
    public FreedSpace Freed => _freed;

    /// <summary>The base record of a file, to be changed; nothing if the reference is stale.</summary>
    public async ValueTask<RecordImage?> FindAsync(FileId id, CancellationToken cancellationToken)
    {
        if (_records.TryGetValue(id.Number, out ChangedRecord? known))
        {
            return known.Image.Sequence == id.Generation ? known.Image : null;
        }

        MftRecord? record = await context.Files.Records.GetAsync(id.Number, cancellationToken);
        return record is { IsInUse: true, IsBase: true } && record.Header.Sequence == id.Generation
            ? Load(record)
            : null;
    }

    /// <summary>A record that must be there, to be changed.</summary>
    public async ValueTask<RecordImage> GetAsync(ulong number, CancellationToken cancellationToken)
    {
        if (_records.TryGetValue(number, out ChangedRecord? known))
        {
            return known.Image;
        }

        MftRecord? record = await context.Files.Records.GetAsync(number, cancellationToken);
        Medium.Holds(record is { IsInUse: true }, "$MFT", "a record that is referred to is not in use");
        return Load(record);
    }

    /// <summary>A new record; nothing if $MFT has to grow first.</summary>
    public async ValueTask<RecordImage?> TryCreateAsync(RecordFlags flags, CancellationToken cancellationToken)
    {
        while (context.Records.TryTake() is { } number)
        {
            MftRecord? before = await ReadUnusedAsync(number, cancellationToken);
            if (before is { IsInUse: true })
            {
                // The bitmap is wrong here. The record is believed; its number stays busy while the volume is open.
                continue;
            }

            // COMPAT: the number of uses is never 0, and goes up when a record is freed.
            ushort sequence = before is null || before.Header.Sequence == 0 ? (ushort)1 : before.Header.Sequence;
            var image = RecordImage.New(
                new FileReference(number, sequence), flags | RecordFlags.InUse, context.Format, before);
            _takenRecords.Add(number);
            _records.Add(number, new ChangedRecord(image) { Class = WriteClass.New });
            return image;
        }

        return null;
    }

    /// <summary>Says that a record changes, and of which class that is.</summary>
    public void Touch(RecordImage image)
    {
        ChangedRecord record = _records[image.Number];
        if (record.Class is null)
        {
            bool mapsOthers = image.IsDirectory || image.Number == (ulong)SystemFile.Mft;
            record.Class = mapsOthers ? WriteClass.Directory : WriteClass.Changed;
        }
    }

    /// <summary>Gives a record back. References to it become stale.</summary>
    public void Free(RecordImage image)
    {
        _records[image.Number].Class = WriteClass.Freed;
        image.Flags &= ~RecordFlags.InUse;
        image.Sequence = image.Sequence == ushort.MaxValue ? (ushort)1 : (ushort)(image.Sequence + 1);
        _freed.Records.Add(image.Number);
    }

    /// <summary>Takes clusters; nothing means that there is not enough room.</summary>
    public async ValueTask<List<Extent>?> TakeAsync(ClusterWish wish, CancellationToken cancellationToken)
    {
        List<Extent>? taken = await context.Clusters.TakeAsync(wish, cancellationToken);
        _taken.AddRange(taken ?? []);
        return taken;
    }

    /// <summary>Clusters that were taken before the change began come into use by it.</summary>
    public void Adopt(IEnumerable<Extent> taken) => _taken.AddRange(taken);

    /// <summary>Gives clusters back.</summary>
    public async ValueTask FreeAsync(IEnumerable<Extent> extents, CancellationToken cancellationToken)
    {
        foreach (Extent extent in extents.Where(extent => !extent.IsHole))
        {
            foreach (Extent older in GiveBackTaken(extent))
            {
                await context.Clusters.PrepareAsync([older], cancellationToken);
                Medium.Holds(context.Clusters.AreUsed(older), "$Bitmap", "a cluster that is in use is marked free");
                _freed.Clusters.Add(older);
            }
        }
    }

    /// <summary>The index of names of a directory, to be changed.</summary>
    public async ValueTask<IndexEditor> OpenIndexAsync(RecordImage directory, CancellationToken cancellationToken)
    {
        if (!_indexes.TryGetValue(directory.Number, out IndexEditor? editor))
        {
            editor = await IndexEditor.OpenAsync(this, directory, cancellationToken);
            _indexes.Add(directory.Number, editor);
        }

        return editor;
    }

    /// <summary>
    /// Makes the change visible to everybody, and part of the group. <see cref="FsStatus.NoSpace"/> means that a record
    /// has no room for it; then it is abandoned.
    /// </summary>
    public FsStatus Publish()
    {
        foreach (IndexEditor index in _indexes.Values)
        {
            index.Apply();
        }

        if (_records.Values.Any(record => record.Class is not null && !record.Image.Fits))
        {
            return Abandon(FsStatus.NoSpace);
        }

        FsStatus status = Publication.Run(this);
        if (status == FsStatus.Ok)
        {
            // What was taken is in use now, and no later fault gives it back.
            _taken.Clear();
            _takenRecords.Clear();
        }

        return status;
    }

    /// <summary>Gives back what was taken. Nothing has happened.</summary>
    public FsStatus Abandon(FsStatus status)
    {
        context.Clusters.Release(_taken);
        context.Records.Release(_takenRecords);
        _taken.Clear();
        _takenRecords.Clear();
        return status;
    }

    /// <summary>
    /// Gives back at once what this change has taken itself and is on no medium yet; the rest of the extent is left.
    /// </summary>
    private List<Extent> GiveBackTaken(Extent extent)
    {
        var rest = new List<Extent> { extent };
        for (int i = _taken.Count - 1; i >= 0; i--)
        {
            Extent taken = _taken[i];
            int hit = rest.FindIndex(part => Overlap(part, taken).ClusterCount > 0);
            if (hit < 0)
            {
                continue;
            }

            Extent both = Overlap(rest[hit], taken);
            context.Clusters.Release([both]);
            Cut(_taken, i, both);
            Cut(rest, hit, both);
        }

        return rest;
    }

    private static Extent Overlap(Extent left, Extent right)
    {
        long first = Math.Max(left.Lcn, right.Lcn);
        long end = Math.Min(left.Lcn + left.ClusterCount, right.Lcn + right.ClusterCount);
        return new Extent(0, first, Math.Max(0, end - first));
    }

    /// <summary>Replaces an extent by what is left of it without a part.</summary>
    private static void Cut(List<Extent> extents, int index, Extent part)
    {
        Extent whole = extents[index];
        long before = part.Lcn - whole.Lcn;
        long behind = whole.ClusterCount - before - part.ClusterCount;
        extents.RemoveAt(index);
        if (before > 0)
        {
            extents.Add(new Extent(0, whole.Lcn, before));
        }

        if (behind > 0)
        {
            extents.Add(new Extent(0, part.Lcn + part.ClusterCount, behind));
        }
    }

    private RecordImage Load(MftRecord record)
    {
        var image = RecordImage.From(record, context.Format);
        _records.Add(record.Number, new ChangedRecord(image));
        return image;
    }

    /// <summary>What a free record holds; nothing if it was never used or cannot be read.</summary>
    private async ValueTask<MftRecord?> ReadUnusedAsync(ulong number, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Files.Records.GetAsync(number, cancellationToken);
        }
        catch (DamagedMediumException)
        {
            return null;
        }
    }
}

/// <summary>A record as an operation leaves it.</summary>
internal sealed class ChangedRecord(RecordImage image)
{
    public RecordImage Image { get; } = image;

    /// <summary>When it is written; null if it was only looked at.</summary>
    public WriteClass? Class { get; set; }
}
