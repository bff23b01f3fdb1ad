using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>Adds names to files and takes them away, within one change.</summary>
internal sealed class NameOperations(Change change)
{
    // The files of the format itself have the records below this one.
    private const ulong FirstForUsers = 24;

    /// <summary>Gives a new record its attributes and its name.</summary>
    public async ValueTask<FsStatus> CreateAsync(
        FileId directory, ReadOnlyMemory<char> name, RecordImage created, CancellationToken cancellationToken)
    {
        FsResult<NamePlace> found = await OpenAsync(directory, name, cancellationToken);
        if (!found.TryGet(out NamePlace? place))
        {
            return found.Status;
        }

        if (place.Entry is not null)
        {
            return FsStatus.AlreadyExists;
        }

        uint security = FileImage.Standard(place.Directory).SecurityId;
        FileImage.Begin(change, created, security == 0 ? change.Context.DefaultSecurityId : security);
        return await AddAsync(place, created, cancellationToken);
    }

    /// <summary>Gives a file one more name.</summary>
    public async ValueTask<FsStatus> LinkAsync(
        FileId file, FileId directory, ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        if (await change.FindAsync(file, cancellationToken) is not { } record)
        {
            return FsStatus.StaleReference;
        }

        FsStatus status = JudgeFile(record, isNamed: true);
        status = status == FsStatus.Ok && record.IsDirectory ? FsStatus.IsADirectory : status;
        if (status != FsStatus.Ok)
        {
            return status;
        }

        FsResult<NamePlace> found = await OpenAsync(directory, name, cancellationToken);
        if (!found.TryGet(out NamePlace? place))
        {
            return found.Status;
        }

        if (place.Entry is not null)
        {
            return FsStatus.AlreadyExists;
        }

        FileImage.Stamp(change, record, isModified: false);
        return await AddAsync(place, record, cancellationToken);
    }

    /// <summary>Takes a name away, and the file with its last one.</summary>
    public async ValueTask<FsStatus> RemoveAsync(
        FileId directory, ReadOnlyMemory<char> name, FileKind kind, CancellationToken cancellationToken)
    {
        FsResult<NamePlace> found = await OpenAsync(directory, name, cancellationToken, isMade: false);
        if (!found.TryGet(out NamePlace? place))
        {
            return found.Status;
        }

        return place.Entry is null
            ? FsStatus.NotFound
            : await RemoveAsync(place, kind == FileKind.Directory, cancellationToken);
    }

    public async ValueTask<FsStatus> RenameAsync(RenameRequest request, CancellationToken cancellationToken)
    {
        FsResult<NamePlace> source = await OpenAsync(
            request.FromDirectory, request.FromName, cancellationToken, isMade: false);
        FsResult<NamePlace> target = await OpenAsync(request.ToDirectory, request.ToName, cancellationToken);
        if (!source.TryGet(out NamePlace? from) || !target.TryGet(out NamePlace? to))
        {
            return source.Status == FsStatus.Ok ? target.Status : source.Status;
        }

        if (from.Entry is null)
        {
            return FsStatus.NotFound;
        }

        RecordImage file = await FileOfAsync(from.Entry, cancellationToken);
        FsStatus status = JudgeFile(file, isNamed: true);
        if (status == FsStatus.Ok && file.IsDirectory)
        {
            status = await JudgeMoveAsync(file, to.Directory, cancellationToken);
        }

        if (status != FsStatus.Ok || to.Entry?.Reference == file.Reference)
        {
            // Two names of one file: POSIX leaves both, and so a name that becomes itself.
            return status;
        }

        if (to.Entry is not null)
        {
            status = request.Replaces
                ? await RemoveAsync(to, file.IsDirectory, cancellationToken)
                : FsStatus.AlreadyExists;
        }

        // ORDER: the new name comes before the old one goes, in memory as on the medium.
        FileImage.Stamp(change, file, isModified: false);
        status = status == FsStatus.Ok ? await AddAsync(to, file, cancellationToken) : status;
        return status == FsStatus.Ok ? await TakeNameAsync(from, file, cancellationToken) : status;
    }

    /// <summary>Brings the copies in directories of what a file is up to date.</summary>
    public async ValueTask RefreshAsync(RecordImage file, CancellationToken cancellationToken)
    {
        foreach (AttributeImage attribute in file.Attributes.Where(each => each.Type == AttributeType.FileName))
        {
            byte[] value = attribute.Value.ToArray();
            var key = FileNameKey.Read(value);
            ReadOnlyMemory<char> name = NameUnits.ToString(FileNameKey.NameUnits(value)).AsMemory();
            RecordImage? directory = await change.FindAsync(key.Parent.Id, cancellationToken);
            if (directory is null || directory == file)
            {
                continue;
            }

            IndexEditor index = await change.OpenIndexAsync(directory, cancellationToken);
            FileNameContent content = FileImage.NameOf(file, key.Parent, name) with
            {
                Namespace = key.Namespace,
                ReparseTag = key.ReparseTag,
            };
            if (await index.FindAsync(name, cancellationToken) is { } entry && entry.Reference == file.Reference)
            {
                await index.UpdateAsync(EntryImage.OfName(file.Reference, content.ToBytes()), cancellationToken);
            }
        }
    }

    private static FsStatus JudgeFile(RecordImage file, bool isNamed)
    {
        if (file.Number < FirstForUsers)
        {
            return FsStatus.AccessDenied;
        }

        return isNamed && file.HasAttributeList ? FsStatus.NotSupported : FsStatus.Ok;
    }

    private async ValueTask<FsResult<NamePlace>> OpenAsync(
        FileId directory, ReadOnlyMemory<char> name, CancellationToken cancellationToken, bool isMade = true)
    {
        FsStatus status = isMade ? NameRules.Judge(name.Span) : FsStatus.Ok;
        if (status != FsStatus.Ok)
        {
            return status;
        }

        if (await change.FindAsync(directory, cancellationToken) is not { } record)
        {
            return FsStatus.StaleReference;
        }

        if (!record.IsDirectory)
        {
            return FsStatus.NotADirectory;
        }

        if (record.HasAttributeList)
        {
            return FsStatus.NotSupported;
        }

        IndexEditor index = await change.OpenIndexAsync(record, cancellationToken);
        return new NamePlace(record, index, name, await index.FindAsync(name, cancellationToken));
    }

    private async ValueTask<RecordImage> FileOfAsync(EntryImage entry, CancellationToken cancellationToken)
    {
        RecordImage? file = await change.FindAsync(entry.Reference.Id, cancellationToken);
        Medium.Holds(file is not null, "directory entry", "its file does not exist");
        return file;
    }

    /// <summary>A directory must not be moved into itself.</summary>
    private async ValueTask<FsStatus> JudgeMoveAsync(
        RecordImage moved, RecordImage target, CancellationToken cancellationToken)
    {
        // LIMIT: a path has 32,767 units, so no directory is deeper. A cycle of parents ends here.
        const int DepthMax = 32_768;
        RecordImage at = target;
        for (int depth = 0; depth < DepthMax; depth++)
        {
            if (at.Number == moved.Number)
            {
                return FsStatus.InvalidArgument;
            }

            AttributeImage? name = at.Find(AttributeType.FileName);
            Medium.Holds(name is not null, "directory", "it has no name");
            FileReference parent = FileNameKey.Read(name.Value).Parent;
            if (parent.Number == at.Number)
            {
                return FsStatus.Ok;
            }

            at = await change.GetAsync(parent.Number, cancellationToken);
        }

        return FsStatus.DamagedFile;
    }

    private async ValueTask<FsStatus> RemoveAsync(
        NamePlace place, bool isDirectory, CancellationToken cancellationToken)
    {
        RecordImage file = await FileOfAsync(place.Entry!, cancellationToken);
        FsStatus status = JudgeFile(file, isNamed: false);
        if (status != FsStatus.Ok)
        {
            return status;
        }

        if (file.IsDirectory != isDirectory)
        {
            return file.IsDirectory ? FsStatus.IsADirectory : FsStatus.NotADirectory;
        }

        if (isDirectory && !await IsEmptyAsync(file, cancellationToken))
        {
            return FsStatus.DirectoryNotEmpty;
        }

        status = await TakeNameAsync(place, file, cancellationToken);
        if (status != FsStatus.Ok || file.Find(AttributeType.FileName) is not null)
        {
            FileImage.Stamp(change, file, isModified: false);
            return status;
        }

        return await new FileRemoval(change).RunAsync(file, cancellationToken);
    }

    private async ValueTask<bool> IsEmptyAsync(RecordImage directory, CancellationToken cancellationToken)
    {
        FsResult<IndexTree> opened =
            await change.Context.Directories.OpenAsync(directory.Reference.Id, cancellationToken);
        Medium.Holds(opened.TryGet(out IndexTree? tree), "directory", "it cannot be opened");
        var cursor = new IndexCursor(tree);
        await cursor.StartAsync(cancellationToken);
        return !await cursor.MoveNextAsync(cancellationToken);
    }

    /// <summary>Adds a name to a file and to a directory that does not have it.</summary>
    private async ValueTask<FsStatus> AddAsync(
        NamePlace place, RecordImage file, CancellationToken cancellationToken)
    {
        byte[] key = FileImage.NameOf(file, place.Directory.Reference, place.Name).ToBytes();
        file.AddName(key);
        file.LinkCount++;
        change.Touch(file);
        FileImage.Stamp(change, place.Directory, isModified: true);
        change.Names.Add((place.Directory.Reference, place.Name.ToString()));
        return await place.Index.InsertAsync(EntryImage.OfName(file.Reference, key), cancellationToken);
    }

    /// <summary>Takes a name from a file and from its directory, and the 8.3 twin with it.</summary>
    private async ValueTask<FsStatus> TakeNameAsync(
        NamePlace place, RecordImage file, CancellationToken cancellationToken)
    {
        List<AttributeImage> names = [.. NamesToTake(file, place)];
        Medium.Holds(
            names.Count > 0 || file.HasAttributeList, "directory entry", "its file does not bear the name");
        if (names.Count == 0 || file.HasAttributeList)
        {
            return FsStatus.NotSupported;
        }

        foreach (AttributeImage name in names)
        {
            string text = NameUnits.ToString(FileNameKey.NameUnits(name.Value));
            if (await place.Index.FindAsync(text.AsMemory(), cancellationToken) is not null)
            {
                FsStatus status = await place.Index.RemoveAsync(text.AsMemory(), cancellationToken);
                if (status != FsStatus.Ok)
                {
                    return status;
                }
            }

            change.Names.Add((place.Directory.Reference, text));
            file.Remove(name);
            file.LinkCount--;
        }

        change.Touch(file);
        FileImage.Stamp(change, place.Directory, isModified: true);
        return FsStatus.Ok;
    }

    /// <summary>The name, and the twin of a name that has one: of both the other goes too.</summary>
    private static IEnumerable<AttributeImage> NamesToTake(RecordImage file, NamePlace place)
    {
        AttributeImage[] here = [.. file.Attributes.Where(each => each.Type == AttributeType.FileName
            && FileNameKey.Read(each.Value).Parent == place.Directory.Reference)];
        AttributeImage? name = Array.Find(
            here, each => NameUnits.AreEqual(FileNameKey.NameUnits(each.Value), place.Name.Span));
        if (name is null)
        {
            return [];
        }

        FileNamespace? twin = FileNameKey.Read(name.Value).Namespace switch
        {
            FileNamespace.Win32 => FileNamespace.Dos,
            FileNamespace.Dos => FileNamespace.Win32,
            _ => null,
        };
        AttributeImage? other = Array.Find(here, each => FileNameKey.Read(each.Value).Namespace == twin);
        return other is null ? [name] : [name, other];
    }

    /// <summary>A name of a directory, whether it is there or not.</summary>
    private sealed record NamePlace(
        RecordImage Directory, IndexEditor Index, ReadOnlyMemory<char> Name, EntryImage? Entry);
}
