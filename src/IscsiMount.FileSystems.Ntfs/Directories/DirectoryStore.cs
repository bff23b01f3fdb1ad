using IscsiMount.FileSystems.Ntfs.Caching;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Directories;

/// <summary>Finds names in directories, and remembers what it found and what was not there.</summary>
internal sealed class DirectoryStore(FileStore files, IndexBlockStore blocks, UpCaseTable upCase, long cacheBytesMax)
{
    public const string IndexName = "$I30";
    private const int NameLengthMax = 255;

    // What a remembered answer takes beside its name.
    private const int AnswerBytes = 120;

    private readonly ClockCache<NameKey, Answer> _answers = new(cacheBytesMax, new NameKeyComparer());

    public FileStore Files => files;

    public UpCaseTable UpCase => upCase;

    /// <summary>The reference that a name stands for.</summary>
    /// <returns><see cref="FsStatus.NotFound"/> if there is no such name.</returns>
    public ValueTask<FsResult<FileReference>> FindAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > NameLengthMax)
        {
            return new(name.Length == 0 ? FsStatus.InvalidName : FsStatus.NameTooLong);
        }

        ulong key = new FileReference(directory.Number, unchecked((ushort)directory.Generation)).Value;
        return _answers.TryGetBy(new NameProbe(key, comparison, name.Span), out Answer? known)
            ? new(known.Result)
            : SearchAsync(directory, new NameKey(key, comparison, name.ToString()), cancellationToken);
    }

    /// <summary>Opens the index of names of a directory.</summary>
    public async ValueTask<FsResult<IndexTree>> OpenAsync(FileId directory, CancellationToken cancellationToken)
    {
        FsResult<MftFile> found = await files.GetAsync(directory, cancellationToken);
        if (!found.TryGet(out MftFile? file))
        {
            return found.Status;
        }

        if (!file.IsDirectory)
        {
            return FsStatus.NotADirectory;
        }

        if (file.Directory is { } known)
        {
            return known;
        }

        IndexTree? tree = IndexTree.Open(file, IndexName, IndexKind.FileNames, blocks, files.Geometry);
        Medium.Holds(tree is not null, "directory", "it has no $INDEX_ROOT");
        file.Directory = tree;
        files.Records.Grow(file.Base.Number, tree.Footprint);
        return file.Directory!;
    }

    /// <summary>Forgets what was found under a name of a directory that has changed.</summary>
    public void Forget(FileReference directory, string name) =>
        _answers.Remove(new NameKey(directory.Value, NameComparison.Exact, name));

    private async ValueTask<FsResult<FileReference>> SearchAsync(
        FileId directory, NameKey key, CancellationToken cancellationToken)
    {
        long seen = files.Reader.Pending?.Version ?? 0;
        FsResult<IndexTree> opened = await OpenAsync(directory, cancellationToken);
        if (!opened.TryGet(out IndexTree? tree))
        {
            return opened.Status;
        }

        var search = new NameSearch(key.Name.AsMemory(), upCase);
        (IndexNode Node, int Index)? exact = await tree.FindAsync(search, cancellationToken);
        FileReference? reference = exact is { } entry ? entry.Node.Reference(entry.Index) : null;
        if (reference is null && key.Comparison == NameComparison.IgnoreCase)
        {
            reference = search.InOtherCase;
        }

        FsResult<FileReference> result = reference is { } value ? value : FsStatus.NotFound;
        Keep(key, new Answer(result), seen);
        return result;
    }

    private void Keep(NameKey key, Answer answer, long seen)
    {
        int bytes = AnswerBytes + (key.Name.Length * 2);
        if (files.Reader.Pending is not { } pending)
        {
            _answers.Add(key, answer, bytes);
        }
        else if (key.Comparison == NameComparison.Exact)
        {
            // An answer that ignores case would have to be forgotten with every name that differs in case alone.
            pending.KeepIfCurrent(seen, () => _answers.Add(key, answer, bytes), answer);
        }
    }

    private sealed record Answer(FsResult<FileReference> Result);
}
