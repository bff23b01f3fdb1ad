using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>Turns a change into pages of the group, and brings what readers find in memory up to date.</summary>
internal sealed class Publication
{
    // LIMIT: pages of bitmaps of this size keep an intent small and are no more commands than larger ones.
    private const int BitmapPageSize = 4096;
    private const int MirroredRecordsMin = 4;

    private readonly Change _change;
    private readonly WriteContext _context;
    private readonly List<PendingPage> _pages = [];
    private readonly List<MftRecord> _records = [];

    private Publication(Change change)
    {
        _change = change;
        _context = change.Context;
    }

    public static FsStatus Run(Change change)
    {
        var publication = new Publication(change);
        publication.AddRecords();
        publication.AddIndexes();

        // A bitmap page for each extent is more than there can be.
        long bitmaps = (change.Taken.Count + change.Freed.Clusters.Count + change.Freed.Records.Count + 2L)
            * BitmapPageSize;
        long bits = change.Freed.Clusters.Sum(extent => extent.ClusterCount) / 8;
        long size = publication._pages.Sum(page => (long)page.Bytes.Length);
        long most = (size + Math.Min(bitmaps + bits, change.Context.Clusters.Map.SizeBytes)) * 2;
        if (most > change.Context.IntentSizeMax)
        {
            return change.Abandon(FsStatus.NotSupported);
        }

        publication.AddBitmaps();
        publication.Publish();
        return FsStatus.Ok;
    }

    private void AddRecords()
    {
        int clusterSize = _context.Geometry.ClusterSize;
        int recordSize = _context.Geometry.RecordSize;
        Extent[] mft = MapOfMft();
        foreach (ChangedRecord record in _change.Records.Where(record => record.Class is not null))
        {
            byte[] bytes = record.Image.ToBytes();
            UpdateSequence.Protect(bytes);
            long offset = (long)record.Image.Number * recordSize;
            _pages.AddRange(Placement.PagesOf(mft, clusterSize, offset, bytes, record.Class!.Value));
            if (offset < Math.Max(MirroredRecordsMin * recordSize, clusterSize))
            {
                // The mirror lies in one run from its cluster on.
                long mirror = (_context.Geometry.MftMirrorLcn * clusterSize) + offset;
                _pages.Add(new PendingPage(mirror, bytes, record.Class!.Value, null));
            }

            _records.Add(MftRecord.Read(record.Image.Number, [.. bytes]));
        }
    }

    private void AddIndexes()
    {
        foreach (IndexEditor index in _change.Indexes)
        {
            _pages.AddRange(index.Pages());
        }
    }

    /// <summary>Where $MFT lies after the change.</summary>
    private Extent[] MapOfMft()
    {
        ChangedRecord? grown = _change.Records.FirstOrDefault(
            record => record.Image.Number == (ulong)SystemFile.Mft && record.Class is not null);
        return grown is null || grown.Image.Find(AttributeType.Data) is not { } data
            ? _context.Files.Records.Map.Extents.ToArray()
            : [.. data.Extents(_context.Geometry)];
    }

    private void AddBitmaps()
    {
        var clusters = new BitmapPages(Math.Min(BitmapPageSize, _context.Geometry.ClusterSize));
        foreach (Extent extent in _change.Taken)
        {
            _context.Clusters.MarkUsed(extent);
            clusters.Touch(extent.Lcn, extent.ClusterCount, isCleared: false);
        }

        foreach (Extent extent in _change.Freed.Clusters)
        {
            _context.Clusters.MarkFree(extent);
            clusters.Touch(extent.Lcn, extent.ClusterCount, isCleared: true);
        }

        var records = new BitmapPages(Math.Min(BitmapPageSize, _context.Geometry.ClusterSize));
        foreach (ulong number in _change.TakenRecords)
        {
            _context.Records.MarkUsed(number);
            records.Touch((long)number, 1, isCleared: false);
        }

        foreach (ulong number in _change.Freed.Records)
        {
            _context.Records.MarkFree(number);
            records.Touch((long)number, 1, isCleared: true);
        }

        _pages.AddRange(clusters.ToPages(_context.Clusters.Map, _context.Clusters.CopyTo));
        _pages.AddRange(records.ToPages(_context.Records.Map, _context.Records.CopyTo));
    }

    private void Publish()
    {
        int clusterSize = _context.Geometry.ClusterSize;
        _context.Freed.Clusters.AddRange(_change.Freed.Clusters);
        _context.Freed.Records.AddRange(_change.Freed.Records);
        _context.Freed.Blocks.UnionWith(_change.Freed.Blocks);
        _context.Pending.Publish(
            _change.Freed.Clusters.Select(
                extent => (extent.Lcn * clusterSize, extent.ClusterCount * clusterSize)),
            _pages,
            () =>
            {
                foreach (MftRecord record in _records)
                {
                    _context.Files.Records.Replace(record);
                }

                foreach (IndexEditor index in _change.Indexes)
                {
                    index.UpdateCaches();
                }

                foreach ((FileReference directory, string name) in _change.Names)
                {
                    _context.Directories.Forget(directory, name);
                }

                _change.Published?.Invoke();
            });
    }
}
