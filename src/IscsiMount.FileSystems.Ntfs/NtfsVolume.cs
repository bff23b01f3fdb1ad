using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Metadata;
using IscsiMount.FileSystems.Ntfs.ReadAhead;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>
/// An open volume. Here damage that concerns one file becomes an answer; everything else is done by the parts.
/// </summary>
internal sealed class NtfsVolume : IFileSystem
{
    private readonly CancellationTokenSource _lifetime = new();
    private readonly FileStore _files;
    private readonly DirectoryStore _directories;
    private readonly DamageLog _damage;
    private readonly MetadataReader _metadata;
    private readonly ReadAheadPool _ahead;
    private readonly StreamOpener _streams;
    private readonly SpaceCounter _space;

    public NtfsVolume(
        VolumeDescription description,
        FileId root,
        VolumeParts parts,
        DirectoryStore directories,
        IndexBlockStore blocks,
        NtfsOptions options)
    {
        Description = description;
        Root = root;
        _files = parts.Files;
        _directories = directories;
        _damage = parts.Damage;
        _metadata = new MetadataReader(_files, new SecurityStore(_files, blocks));
        _ahead = new ReadAheadPool(
            parts.Medium.TransferSize, options.ReadAheadBytesMax, options.ReadAheadMemoryBytesMax);
        _streams = new StreamOpener(_files, _ahead, _lifetime.Token);
        _space = new SpaceCounter(_files, _lifetime.Token);
    }

    public VolumeDescription Description { get; }

    public FileId Root { get; }

    /// <summary>Memory that is kept for reading ahead.</summary>
    public long ReadAheadBytes => _ahead.AllocatedBytes;

    public async ValueTask<FsResult<VolumeSpace>> GetSpaceAsync(CancellationToken cancellationToken) =>
        await _space.GetAsync(cancellationToken);

    public async ValueTask<FsResult<FileProperties>> GetPropertiesAsync(
        FileId file, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(file, cancellationToken);
            return found.TryGet(out MftFile? known) ? known.Properties : found.Status;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(file.Number, damage);
        }
    }

    public async ValueTask<FsResult<FileProperties>> LookupAsync(
        FileId directory, ReadOnlyMemory<char> name, NameComparison comparison, CancellationToken cancellationToken)
    {
        ulong concerned = directory.Number;
        try
        {
            FsResult<FileReference> found =
                await _directories.FindAsync(directory, name, comparison, cancellationToken);
            if (!found.TryGet(out FileReference reference))
            {
                return found.Status;
            }

            concerned = reference.Number;
            FsResult<MftFile> file = await _files.GetAsync(reference.Id, cancellationToken);

            // A name that leads to a record of another use is damage: nobody but us could have made it stale.
            Medium.Holds(file.Status != FsStatus.StaleReference, "directory entry", "its file does not exist");
            return file.TryGet(out MftFile? known) ? known.Properties : file.Status;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(concerned, damage);
        }
    }

    public async ValueTask<FsResult<FileId>> GetParentAsync(FileId directory, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(directory, cancellationToken);
            if (!found.TryGet(out MftFile? file))
            {
                return found.Status;
            }

            if (!file.IsDirectory)
            {
                return FsStatus.NotADirectory;
            }

            ReadOnlyMemory<byte>? name = file.FindValue(AttributeType.FileName);
            Medium.Holds(name is not null, "directory", "it has no name");
            return FileNameKey.Read(name.Value.Span).Parent.Id;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(directory.Number, damage);
        }
    }

    public FsResult<IDirectoryListing> OpenListing(FileId directory) => NewListing(directory);

    public DirectoryListing NewListing(FileId directory) =>
        new(_directories, directory, damage => _damage.Report(directory.Number, damage));

    public async ValueTask<FsResult<IOpenFile>> OpenAsync(
        FileId file, ReadOnlyMemory<char> streamName, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(file, cancellationToken);
            return found.TryGet(out MftFile? known)
                ? await _streams.OpenAsync(known, streamName, cancellationToken)
                : found.Status;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(file.Number, damage);
        }
    }

    public async ValueTask<FsResult<IReadOnlyList<StreamEntry>>> ListStreamsAsync(
        FileId file, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(file, cancellationToken);
            return found.TryGet(out MftFile? known) ? StreamOpener.List(known) : found.Status;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(file.Number, damage);
        }
    }

    public async ValueTask<FsResult<byte[]>> ReadMetadataAsync(
        FileId file, FileMetadata metadata, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(file, cancellationToken);
            if (!found.TryGet(out MftFile? known))
            {
                return found.Status;
            }

            byte[]? value = await _metadata.FindAsync(known, metadata, cancellationToken);
            return value is null ? FsStatus.NoSuchAttribute : value;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(file.Number, damage);
        }
    }

    public async ValueTask<FsResult<LinkTarget>> ReadLinkAsync(FileId link, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<MftFile> found = await _files.GetAsync(link, cancellationToken);
            if (!found.TryGet(out MftFile? file))
            {
                return found.Status;
            }

            if (file.Properties.Kind != FileKind.SymbolicLink)
            {
                return FsStatus.InvalidArgument;
            }

            LinkTarget? target = await LinkReader.ReadAsync(file, _files, cancellationToken);
            return target is null ? FsStatus.DamagedFile : target;
        }
        catch (DamagedMediumException damage)
        {
            return _damage.Report(link.Number, damage);
        }
    }

    public ValueTask DisposeAsync()
    {
        // ORDER: nothing new is begun, then what is under way ends, since the device may be gone after this call.
        EndLifetime();
        return StopAsync();
    }

    private void EndLifetime() => _lifetime.Cancel();

    private async ValueTask StopAsync()
    {
        await _space.StopAsync();
        await _ahead.StopAsync();
        _lifetime.Dispose();
    }
}
