using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Metadata;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Directories;

/// <summary>
/// Lists a directory in the order of its index. A position is the number of visible entries before it. The listing
/// works in batches: the last one is kept, and of the earlier ones the key with which each ended, so that it can go
/// back to any position with one descent. To a position ahead of all that it has seen, it walks.
/// </summary>
internal sealed class DirectoryListing(
    DirectoryStore directories, FileId directory, Func<DamagedMediumException, FsStatus> report)
    : IDirectoryListing
{
    // LIMIT: as many file records as a batch has entries are read ahead together; 1,024 keep the device busy.
    private const int BatchSize = 1024;

    private readonly List<string> _lastNames = [];
    private readonly List<FoundName> _batch = [];
    private IndexCursor? _cursor;
    private long _batchNumber = -1;
    private bool _isPrefetched;

    // The version of the volume in which the cursor began: it must not walk on in an index that has changed.
    private long _cursorVersion;

    public async ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> ReadAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        try
        {
            FsStatus status = await GoToAsync((long)(position / BatchSize), cancellationToken);
            return status == FsStatus.Ok
                ? await TakeAsync(position, countMax, detail, cancellationToken)
                : status;
        }
        catch (DamagedMediumException damage)
        {
            return report(damage);
        }
    }

    /// <summary>Drops what was read, since a change came between.</summary>
    public void Restart() => Forget();

    public void Dispose() => Forget();

    /// <summary>Makes a batch the current one, or the last of the directory if that comes before it.</summary>
    private async ValueTask<FsStatus> GoToAsync(long wanted, CancellationToken cancellationToken)
    {
        FsStatus status;
        do
        {
            status = await OpenBatchAsync(Math.Min(wanted, _lastNames.Count), cancellationToken);
        }
        while (status == FsStatus.Ok && _batchNumber < wanted && _batch.Count == BatchSize);

        return status;
    }

    /// <param name="wanted">A batch that is known, or the first that is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async ValueTask<FsStatus> OpenBatchAsync(long wanted, CancellationToken cancellationToken)
    {
        if (wanted == _batchNumber)
        {
            return FsStatus.Ok;
        }

        long version = directories.Files.Reader.Pending?.Version ?? 0;
        IndexCursor? cursor = wanted == _batchNumber + 1 && version == _cursorVersion ? _cursor : null;
        if (cursor is null)
        {
            FsResult<IndexTree> opened = await directories.OpenAsync(directory, cancellationToken);
            if (!opened.TryGet(out IndexTree? tree))
            {
                return opened.Status;
            }

            cursor = new IndexCursor(tree);
            _cursorVersion = version;
            await (wanted == 0
                ? cursor.StartAsync(cancellationToken)
                : cursor.SeekBehindAsync(
                    new NameSearch(_lastNames[(int)wanted - 1].AsMemory(), directories.UpCase), cancellationToken));
        }

        await FillAsync(cursor, wanted, cancellationToken);
        return FsStatus.Ok;
    }

    private async ValueTask FillAsync(IndexCursor cursor, long number, CancellationToken cancellationToken)
    {
        // ORDER: while the batch is being filled there is none, and no cursor: a fault leaves nothing half done.
        Forget();
        while (_batch.Count < BatchSize && await cursor.MoveNextAsync(cancellationToken))
        {
            FoundName? name = FoundName.From(cursor.Node, cursor.Index, directory);
            if (name is not null)
            {
                _batch.Add(name);
            }
        }

        _cursor = cursor;
        _batchNumber = number;
        if (_batch.Count == BatchSize && _lastNames.Count == number)
        {
            _lastNames.Add(_batch[^1].Name);
        }
    }

    private void Forget()
    {
        _cursor = null;
        _batchNumber = -1;
        _batch.Clear();
        _isPrefetched = false;
    }

    private async ValueTask<FsResult<IReadOnlyList<DirectoryEntry>>> TakeAsync(
        ulong position, int countMax, ListingDetail detail, CancellationToken cancellationToken)
    {
        if (detail == ListingDetail.Properties && !_isPrefetched)
        {
            await directories.Files.Records.PrefetchAsync(
                _batch.Select(name => name.Reference.Number), cancellationToken);
            _isPrefetched = true;
        }

        int first = (int)Math.Min((ulong)_batch.Count, position - ((ulong)_batchNumber * BatchSize));
        int end = (int)Math.Min(_batch.Count, (long)first + countMax);
        var entries = new List<DirectoryEntry>(Math.Max(0, end - first));
        for (int i = first; i < end; i++)
        {
            FoundName name = _batch[i];
            FileProperties? properties = detail == ListingDetail.Properties || name.NeedsFile
                ? await TryDescribeAsync(name.Reference, cancellationToken)
                : null;
            entries.Add(new DirectoryEntry
            {
                Name = name.Name,
                Id = name.Reference.Id,
                Kind = properties?.Kind ?? name.Kind,
                NextPosition = position + (ulong)(i - first) + 1,
                Properties = detail == ListingDetail.Properties ? properties : null,
            });
        }

        return entries;
    }

    private async ValueTask<FileProperties?> TryDescribeAsync(
        FileReference reference, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await directories.Files.GetAsync(reference.Id, cancellationToken);
            return found.TryGet(out MftFile? file) ? file.Properties : null;
        }
        catch (DamagedMediumException damage)
        {
            // A damaged file keeps its name.
            _ = report(damage);
            return null;
        }
    }

    /// <summary>An entry of the index that a listing shows.</summary>
    private sealed record FoundName(string Name, FileReference Reference, FileKind Kind, bool NeedsFile)
    {
        // The records of the format itself, which Windows does not show either. The root names itself "." there.
        private const ulong HiddenCount = 16;

        public static FoundName? From(IndexNode node, int index, FileId directory)
        {
            ReadOnlySpan<byte> key = node.Key(index);
            var name = FileNameKey.Read(key);
            FileReference reference = node.Reference(index);
            bool isOfFormat = directory.Number == (ulong)SystemFile.Root && reference.Number < HiddenCount;
            if (name.Namespace == FileNamespace.Dos || isOfFormat)
            {
                return null;
            }

            // A link of POSIX hides behind the system bit: only the content of the file tells.
            bool isDirectory = (name.Attributes & DosAttributes.HasFileNameIndex) != 0;
            bool isReparse = (name.Attributes & DosAttributes.ReparsePoint) != 0;
            bool needsFile = !isDirectory && (name.Attributes & DosAttributes.System) != 0;
            FileKind plain = isDirectory ? FileKind.Directory : FileKind.File;
            FileKind kind = isReparse ? ReparseTag.KindOf(name.ReparseTag) ?? plain : plain;
            return new FoundName(NameUnits.ToString(FileNameKey.NameUnits(key)), reference, kind, needsFile);
        }
    }
}
