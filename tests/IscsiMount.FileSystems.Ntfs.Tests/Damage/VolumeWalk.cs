using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Tests.Damage;

/// <summary>Does everything that can be done with a volume, and takes every answer for one.</summary>
internal sealed class VolumeWalk(IFileSystem volume, CancellationToken cancellationToken)
{
    // A damaged directory may lead anywhere. A reader like this one bounds itself, as the kernel does.
    private const int EntriesMax = 5000;
    private const int BytesPerFileMax = 8 * 1024 * 1024;

    private readonly HashSet<FileId> _seen = [];
    private readonly byte[] _buffer = new byte[256 * 1024];

    public int Entries { get; private set; }

    public int Refusals { get; private set; }

    public int Faults { get; private set; }

    public async Task RunAsync()
    {
        await CountAsync(volume.GetSpaceAsync(cancellationToken));
        var directories = new Queue<FileId>([volume.Root]);
        while (directories.TryDequeue(out FileId directory) && Entries < EntriesMax)
        {
            if (!_seen.Add(directory) || !volume.OpenListing(directory).TryGet(out IDirectoryListing? listing))
            {
                continue;
            }

            using (listing)
            {
                await ListAsync(listing, directory, directories);
            }
        }
    }

    private async Task ListAsync(IDirectoryListing listing, FileId directory, Queue<FileId> directories)
    {
        ulong position = 0;
        while (Entries < EntriesMax)
        {
            FsResult<IReadOnlyList<DirectoryEntry>>? read =
                await CountAsync(listing.ReadAsync(position, 100, ListingDetail.Properties, cancellationToken));
            if (read is null || !read.Value.TryGet(out IReadOnlyList<DirectoryEntry>? entries) || entries.Count == 0)
            {
                return;
            }

            position = entries[^1].NextPosition;
            foreach (DirectoryEntry entry in entries)
            {
                Entries++;
                await UseAsync(directory, entry);
                if (entry.Kind == FileKind.Directory)
                {
                    directories.Enqueue(entry.Id);
                }
            }
        }
    }

    private async Task UseAsync(FileId directory, DirectoryEntry entry)
    {
        await CountAsync(volume.LookupAsync(
            directory, entry.Name.AsMemory(), NameComparison.IgnoreCase, cancellationToken));
        await CountAsync(volume.ReadLinkAsync(entry.Id, cancellationToken));
        await CountAsync(volume.GetParentAsync(entry.Id, cancellationToken));
        foreach (FileMetadata metadata in Enum.GetValues<FileMetadata>())
        {
            await CountAsync(volume.ReadMetadataAsync(entry.Id, metadata, cancellationToken));
        }

        FsResult<IReadOnlyList<StreamEntry>>? streams =
            await CountAsync(volume.ListStreamsAsync(entry.Id, cancellationToken));
        if (streams?.TryGet(out IReadOnlyList<StreamEntry>? named) == true)
        {
            foreach (StreamEntry stream in named)
            {
                await ReadAsync(entry.Id, stream.Name);
            }
        }

        await ReadAsync(entry.Id, "");
    }

    private async Task ReadAsync(FileId file, string stream)
    {
        FsResult<IOpenFile>? opened = await CountAsync(volume.OpenAsync(file, stream.AsMemory(), cancellationToken));
        if (opened is not { } answer || !answer.TryGet(out IOpenFile? open))
        {
            return;
        }

        using (open)
        {
            long end = Math.Min(open.SizeBytes, BytesPerFileMax);
            for (long at = 0; at < end; at += _buffer.Length)
            {
                await CountAsync(open.ReadAsync(at, _buffer, cancellationToken));
            }

            _ = open.Seek(0, SeekTarget.Hole);
            _ = open.Seek(end / 2, SeekTarget.Data);
        }
    }

    /// <summary>Takes an answer or a fault, and counts which.</summary>
    private async Task<FsResult<T>?> CountAsync<T>(ValueTask<FsResult<T>> question)
    {
        try
        {
            FsResult<T> answer = await question;
            Refusals += answer.Status == FsStatus.Ok ? 0 : 1;
            return answer;
        }
        catch (StorageFaultException)
        {
            Faults++;
            return null;
        }
    }
}
