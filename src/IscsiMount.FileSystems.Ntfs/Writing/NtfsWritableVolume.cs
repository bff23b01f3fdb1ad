using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Content;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;

namespace IscsiMount.FileSystems.Ntfs.Writing;

/// <summary>
/// An open volume that takes changes. What only looks is done by the volume for reading, in a moment in which no change
/// has come between.
/// </summary>
internal sealed class NtfsWritableVolume(NtfsVolume inner, Func<WritableFiles> open, IMountMemory memory)
    : IWritableFileSystem
{
    private readonly WritableFiles _files = open();
    private long? _freeClustersAtCount;
    private VolumeSpace _counted;

    public VolumeDescription Description { get; } = inner.Description with { IsReadOnly = false };

    public FileId Root => inner.Root;

    private WritableCore Core => _files.Core;

    public async ValueTask<FsResult<VolumeSpace>> GetSpaceAsync(CancellationToken cancellationToken) =>
        await Core.StandStillAsync(() => CountSpaceAsync(cancellationToken), cancellationToken);

    public ValueTask<FsResult<FileProperties>> GetPropertiesAsync(FileId file, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.GetPropertiesAsync(file, cancellationToken), cancellationToken);

    public ValueTask<FsResult<FileProperties>> LookupAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.LookupAsync(directory, name, comparison, cancellationToken), cancellationToken);

    public ValueTask<FsResult<FileId>> GetParentAsync(FileId directory, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.GetParentAsync(directory, cancellationToken), cancellationToken);

    public FsResult<IDirectoryListing> OpenListing(FileId directory) =>
        new CalmListing(() => inner.NewListing(directory), _files);

    public async ValueTask<FsResult<IOpenFile>> OpenAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken)
    {
        FsResult<IWritableFile> opened = await OpenForWritingAsync(file, streamName, false, cancellationToken);
        return opened.TryGet(out IWritableFile? open) ? FsResult.Of<IOpenFile>(open) : opened.Status;
    }

    public ValueTask<FsResult<IReadOnlyList<StreamEntry>>> ListStreamsAsync(
        FileId file, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.ListStreamsAsync(file, cancellationToken), cancellationToken);

    public ValueTask<FsResult<byte[]>> ReadMetadataAsync(
        FileId file, FileMetadata metadata, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.ReadMetadataAsync(file, metadata, cancellationToken), cancellationToken);

    public ValueTask<FsResult<LinkTarget>> ReadLinkAsync(FileId link, CancellationToken cancellationToken) =>
        _files.ReadAsync(() => inner.ReadLinkAsync(link, cancellationToken), cancellationToken);

    public async ValueTask<FsResult<FileProperties>> CreateAsync(
        FileId directory, ReadOnlyMemory<char> name, FileKind kind, CancellationToken cancellationToken)
    {
        if (kind is not (FileKind.File or FileKind.Directory))
        {
            return FsStatus.NotSupported;
        }

        RecordFlags flags = kind == FileKind.Directory ? RecordFlags.Directory : RecordFlags.None;
        FileId? created = null;
        FsStatus status = await RunAsync(
            async change =>
            {
                if (await TakeRecordAsync(change, flags, cancellationToken) is not { } record)
                {
                    return FsStatus.NoSpace;
                }

                created = record.Reference.Id;
                return await new NameOperations(change).CreateAsync(directory, name, record, cancellationToken);
            },
            cancellationToken);
        return status == FsStatus.Ok ? await GetPropertiesAsync(created!.Value, cancellationToken) : status;
    }

    public ValueTask<FsStatus> RemoveAsync(
        FileId directory, ReadOnlyMemory<char> name, FileKind kind, CancellationToken cancellationToken) =>
        RunAsync(
            change => new NameOperations(change).RemoveAsync(directory, name, kind, cancellationToken),
            cancellationToken);

    public ValueTask<FsStatus> RenameAsync(RenameRequest request, CancellationToken cancellationToken) =>
        RunAsync(change => new NameOperations(change).RenameAsync(request, cancellationToken), cancellationToken);

    public ValueTask<FsStatus> LinkAsync(
        FileId file, FileId directory, ReadOnlyMemory<char> name, CancellationToken cancellationToken) =>
        RunAsync(
            change => new NameOperations(change).LinkAsync(file, directory, name, cancellationToken),
            cancellationToken);

    public ValueTask<FsStatus> ChangePropertiesAsync(
        FileId file, PropertyChange change, CancellationToken cancellationToken) =>
        RunAsync(
            async operation => await PropertyOperations.RunAsync(operation, file, change, cancellationToken),
            cancellationToken,
            file);

    public async ValueTask<FsResult<IWritableFile>> OpenForWritingAsync(
        FileId file, ReadOnlyMemory<char> streamName, bool isCreated, CancellationToken cancellationToken)
    {
        // The volume for reading knows whose content cannot be given, and says so.
        FsResult<IOpenFile> readable = await _files.ReadAsync(
            () => inner.OpenAsync(file, streamName, cancellationToken), cancellationToken);
        FsStatus status = readable.Status;
        if (readable.TryGet(out IOpenFile? probe))
        {
            probe.Dispose();
        }

        if (status == FsStatus.NoSuchAttribute && isCreated)
        {
            status = await RunAsync(
                change => PropertyOperations.AddStreamAsync(change, file, streamName, cancellationToken),
                cancellationToken);
        }

        if (status != FsStatus.Ok)
        {
            return status;
        }

        return await WritableStream.OpenAsync(_files, file, streamName.ToString(), cancellationToken);
    }

    public ValueTask<FsStatus> RemoveStreamAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken) =>
        RunAsync(
            change => PropertyOperations.RemoveStreamAsync(change, file, streamName, cancellationToken),
            cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => Core.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (await Core.CloseAsync(CancellationToken.None))
            {
                await memory.ClearAsync(CancellationToken.None);
            }
        }
        finally
        {
            await _files.DisposeAsync();
            await inner.DisposeAsync();
        }
    }

    /// <summary>Does an operation on names or descriptions, and publishes it if it came to its end.</summary>
    private ValueTask<FsStatus> RunAsync(
        Func<Change, ValueTask<FsStatus>> operation, CancellationToken cancellationToken, FileId? stale = null) =>
        _files.WithRoomAsync(
            () => Core.ChangeAsync(
                async change =>
                {
                    FsStatus status = await operation(change);
                    if (status != FsStatus.Ok)
                    {
                        return change.Abandon(status);
                    }

                    if (stale is { } file)
                    {
                        _files.NoteStale(file);
                    }

                    return change.Publish();
                },
                cancellationToken),
            cancellationToken);

    private async ValueTask<RecordImage?> TakeRecordAsync(
        Change change, RecordFlags flags, CancellationToken cancellationToken)
    {
        RecordImage? record = await change.TryCreateAsync(flags, cancellationToken);
        if (record is not null || await new MftGrowth(Core.Context).RunAsync(cancellationToken) != FsStatus.Ok)
        {
            return record;
        }

        return await change.TryCreateAsync(flags, cancellationToken);
    }

    /// <summary>Counts once, and then reckons with what is taken and freed.</summary>
    private async ValueTask<FsResult<VolumeSpace>> CountSpaceAsync(CancellationToken cancellationToken)
    {
        ClusterAllocator clusters = Core.Context.Clusters;
        if (_freeClustersAtCount is null)
        {
            FsResult<VolumeSpace> counted = await inner.GetSpaceAsync(cancellationToken);
            if (!counted.TryGet(out _counted))
            {
                return counted.Status;
            }

            _freeClustersAtCount = clusters.FreeDelta;
        }

        long change = clusters.FreeDelta - _freeClustersAtCount.Value;
        return _counted with
        {
            FreeBytes = _counted.FreeBytes + (change * Core.Context.Geometry.ClusterSize),
        };
    }
}
