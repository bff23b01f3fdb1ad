using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>The blocks of one index: which are in use, and the clusters in which they lie.</summary>
internal sealed class IndexBlockSpace
{
    private const int SectorSize = 512;

    // LIMIT: the allocation grows by an eighth of itself, at least and at most by this many bytes. Directories that
    // grow side by side then have few extents, and an empty one wastes little.
    private const int GrowthMin = 4 * 1024;
    private const int GrowthMax = 1024 * 1024;
    private const int BitmapGrowth = 8;

    // LIMIT: 16 million blocks of names.
    private const int BitmapSizeMax = 2 * 1024 * 1024;

    private readonly Change _change;
    private readonly RecordImage _directory;
    private readonly int _clusterSize;
    private readonly int _vcnUnit;
    private StreamShape? _blocks;
    private StreamShape? _bitmapClusters;
    private byte[] _bitmap;
    private bool _isBitmapChanged;

    private IndexBlockSpace(Change change, RecordImage directory, int blockSize, byte[] bitmap)
    {
        _change = change;
        _directory = directory;
        _bitmap = bitmap;
        _clusterSize = change.Context.Geometry.ClusterSize;
        _vcnUnit = _clusterSize <= blockSize ? _clusterSize : SectorSize;
        BlockSize = blockSize;
    }

    /// <summary>$I30, as the name of the attributes of a directory.</summary>
    public static ReadOnlySpan<byte> NameUnits => [(byte)'$', 0, (byte)'I', 0, (byte)'3', 0, (byte)'0', 0];

    public int BlockSize { get; }

    public static async ValueTask<IndexBlockSpace> OpenAsync(
        Change change, RecordImage directory, IndexTree tree, CancellationToken cancellationToken)
    {
        WriteContext context = change.Context;
        if (tree.Allocation is not { } allocation)
        {
            return new IndexBlockSpace(change, directory, tree.BlockSize, []);
        }

        MftFile file = await FileOfAsync(context, directory, cancellationToken);
        StreamMap? map = context.Files.FindStream(file, AttributeType.Bitmap, DirectoryStore.IndexName);
        Medium.Holds(map is not null, "index", "it has blocks and no bitmap");
        byte[] bitmap = await context.Files.Reader.ReadAllAsync(map, BitmapSizeMax, cancellationToken);
        return new IndexBlockSpace(change, directory, tree.BlockSize, bitmap)
        {
            _blocks = StreamShape.From(allocation, 0, context.Geometry.ClusterSize),
            _bitmapClusters = map.Resident is null ? StreamShape.From(map, 0, context.Geometry.ClusterSize) : null,
        };
    }

    public long VcnOf(long offset) => offset / _vcnUnit;

    public long OffsetOf(long vcn)
    {
        Medium.Holds(
            _blocks is not null && vcn >= 0 && vcn <= (_blocks.DataSize - BlockSize) / _vcnUnit
                && vcn * _vcnUnit % BlockSize == 0,
            "index",
            "a child lies outside of its blocks");
        return vcn * _vcnUnit;
    }

    public bool IsInUse(long offset)
    {
        long block = offset / BlockSize;
        return block / 8 < _bitmap.Length && (_bitmap[block / 8] & (1 << (int)(block % 8))) != 0;
    }

    /// <summary>Takes a block; nothing means that there is no room for one.</summary>
    public async ValueTask<long?> TakeAsync(CancellationToken cancellationToken)
    {
        _blocks ??= StreamShape.Empty(_clusterSize);
        int count = (int)(_blocks.DataSize / BlockSize);
        int block = 0;
        while (block < count && (IsInUse((long)block * BlockSize) || WasFreed((long)block * BlockSize)))
        {
            block += _bitmap[block / 8] == 0xFF && block % 8 == 0 ? 8 : 1;
        }

        block = Math.Min(block, count);
        if (block == count && !await GrowAsync(count + 1, cancellationToken))
        {
            return null;
        }

        _bitmap[block / 8] |= (byte)(1 << (block % 8));
        _isBitmapChanged = true;
        return (long)block * BlockSize;
    }

    public void Free(long offset)
    {
        long block = offset / BlockSize;
        _bitmap[block / 8] &= (byte)(0xFF ^ (1 << (int)(block % 8)));
        _change.Freed.Blocks.Add((_directory.Number, offset));
        _isBitmapChanged = true;
    }

    /// <summary>Gives all blocks back: the index lies in its root alone.</summary>
    public async ValueTask RemoveAsync(CancellationToken cancellationToken)
    {
        await _change.FreeAsync([.. _blocks?.Extents ?? [], .. _bitmapClusters?.Extents ?? []], cancellationToken);
        _blocks = null;
        _bitmapClusters = null;
        _bitmap = [];
        _isBitmapChanged = false;
    }

    /// <summary>Writes the attributes of the blocks into the image of the record.</summary>
    public void Apply()
    {
        if (_blocks is null)
        {
            Remove(AttributeType.IndexAllocation);
            Remove(AttributeType.Bitmap);
            return;
        }

        _directory.SetNonResident(AttributeType.IndexAllocation, NameUnits, _blocks);
        if (_bitmapClusters is null)
        {
            _directory.SetResident(AttributeType.Bitmap, NameUnits, _bitmap);
        }
        else
        {
            _directory.SetNonResident(AttributeType.Bitmap, NameUnits, _bitmapClusters);
        }
    }

    /// <summary>Moves the bitmap out of a record that has no room for it any more.</summary>
    public async ValueTask<bool> MoveBitmapOutAsync(CancellationToken cancellationToken)
    {
        if (_bitmapClusters is not null || _bitmap.Length <= BitmapGrowth)
        {
            return false;
        }

        _bitmapClusters = StreamShape.Empty(_clusterSize);
        bool isMoved = await FitBitmapAsync(cancellationToken);
        Apply();
        return isMoved && _directory.Fits;
    }

    public IEnumerable<PendingPage> PagesOf(long offset, byte[] block, WriteClass writeClass) =>
        Placement.PagesOf(_blocks!.Extents, _clusterSize, offset, block, writeClass);

    /// <summary>The bitmap, where it does not lie in the record.</summary>
    public IEnumerable<PendingPage> BitmapPages()
    {
        if (_bitmapClusters is null || !_isBitmapChanged)
        {
            yield break;
        }

        // A page is a cluster, or a part of one of 4 KiB.
        int pageSize = Math.Min(_clusterSize, 4096);
        for (int at = 0; at < _bitmap.Length; at += pageSize)
        {
            byte[] page = new byte[pageSize];
            _bitmap.AsSpan(at, Math.Min(pageSize, _bitmap.Length - at)).CopyTo(page);
            foreach (PendingPage each in Placement.PagesOf(
                _bitmapClusters.Extents, _clusterSize, at, page, WriteClass.Directory))
            {
                yield return each;
            }
        }
    }

    private static async ValueTask<MftFile> FileOfAsync(
        WriteContext context, RecordImage directory, CancellationToken cancellationToken)
    {
        FsResult<MftFile> found = await context.Files.GetAsync(directory.Reference.Id, cancellationToken);
        Medium.Holds(found.TryGet(out MftFile? file), "directory", "it is gone");
        return file;
    }

    /// <summary>Whether the index on the medium may still lead to a block that is free by now.</summary>
    private bool WasFreed(long offset) =>
        _change.Freed.Blocks.Contains((_directory.Number, offset))
        || _change.Context.Freed.Blocks.Contains((_directory.Number, offset));

    private async ValueTask<bool> GrowAsync(int blockCount, CancellationToken cancellationToken)
    {
        long size = (long)blockCount * BlockSize;
        if (size > _blocks!.AllocatedSize)
        {
            long growth = Math.Clamp(_blocks.AllocatedSize / 8, GrowthMin, GrowthMax);
            long clusters = (Math.Max(growth, size - _blocks.AllocatedSize) + _clusterSize - 1) / _clusterSize;
            int granule = Math.Max(1, BlockSize / _clusterSize);
            var wish = new ClusterWish((clusters + granule - 1) / granule * granule)
            {
                Goal = _blocks.Extents.Length == 0 ? null : _blocks.Extents[^1].Lcn + _blocks.Extents[^1].ClusterCount,
                Granule = granule,
            };
            if (await _change.TakeAsync(wish, cancellationToken) is not { } taken)
            {
                return false;
            }

            _blocks = _blocks.Append(taken);
        }

        _blocks = _blocks with { DataSize = size, InitializedSize = size };
        if (blockCount > _bitmap.Length * 8)
        {
            Array.Resize(ref _bitmap, _bitmap.Length + BitmapGrowth);
        }

        return _bitmapClusters is null || await FitBitmapAsync(cancellationToken);
    }

    private async ValueTask<bool> FitBitmapAsync(CancellationToken cancellationToken)
    {
        long missing = _bitmap.Length - _bitmapClusters!.AllocatedSize;
        if (missing > 0)
        {
            var wish = new ClusterWish((missing + _clusterSize - 1) / _clusterSize);
            if (await _change.TakeAsync(wish, cancellationToken) is not { } taken)
            {
                return false;
            }

            _bitmapClusters = _bitmapClusters.Append(taken);
        }

        _bitmapClusters = _bitmapClusters with { DataSize = _bitmap.Length, InitializedSize = _bitmap.Length };
        _isBitmapChanged = true;
        return true;
    }

    private void Remove(AttributeType type)
    {
        if (_directory.Find(type, NameUnits) is { } attribute)
        {
            _directory.Remove(attribute);
        }
    }
}
