using System.Buffers.Binary;
using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Content;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing;

/// <summary>How a volume was opened that was asked for with writing.</summary>
/// <param name="Volume">For writing if nothing stands against it, else for reading.</param>
/// <param name="Obstacles">What stands against it.</param>
internal sealed record WritableOpening(IFileSystem Volume, IReadOnlyList<ReadOnlyReason> Obstacles);

/// <summary>
/// Opens a volume for writing: brings it back if it was not dismounted here, looks for what stands against writing, and
/// reserves what makes writing safe.
/// </summary>
internal sealed class WritableOpener(
    IBlockDevice device, VolumeMedium medium, WriteSupport support, NtfsOptions options)
{
    // LIMIT: half of the area holds one group. A 64th of a small volume is not missed.
    private const long AreaMax = 16 * 1024 * 1024;
    private const long AreaMin = 512 * 1024;
    private const int AreaShare = 64;
    private const int ZoneShare = 8;
    private const int IndexBlockSizeMin = 2048;
    private const string DirtyCode = "volume-dirty";

    // A crash of ours tears what we write, and that is neither the log nor the device. Other reasons may come of it.
    private static readonly string[] SignsOfOthers = ["log-unclean", "log-in-use", "device-read-only"];

    private readonly DeviceWriter _writer = new(device);

    /// <summary>Is told what ended all writing.</summary>
    public required Action<StorageFaultException> WritingEnded { get; init; }

    public async ValueTask<WritableOpening> OpenAsync(
        BootFinding boot, JoinParts join, CancellationToken cancellationToken)
    {
        byte[]? remembered = await support.Memory.LoadAsync(cancellationToken);
        MountIdentity? before = remembered is null
            ? null
            : MountIdentity.TryRead(remembered, boot.Geometry!.SerialNumber, medium.SizeBytes);
        RecoveryOutcome? outcome = before is null
            ? null
            : await RecoverAsync(before, boot, join, cancellationToken);

        OpenedVolume opened = await OpenedVolume.OpenAsync(medium, boot, join, cancellationToken);
        List<ReadOnlyReason> obstacles = [.. Judge(opened, outcome)];
        WriteContext? context = obstacles.Count > 0 ? null : await PrepareAsync(opened, cancellationToken);
        MountIdentity? mount = context is null ? null : await ReserveAsync(context, cancellationToken);
        if (obstacles.Count == 0 && mount is null)
        {
            obstacles.Add(context is null ? WriteObstacles.UnusualForm : WriteObstacles.NoRoomForIntents);
        }

        opened = opened with { Obstacles = obstacles };
        NtfsVolume readable = opened.ToVolume(options);
        if (mount is null)
        {
            return new WritableOpening(readable, obstacles);
        }

        // ORDER: it is remembered that the volume is open before anything of this mount reaches it.
        await support.Memory.SaveAsync(mount.ToBytes(), cancellationToken);
        bool isMarked = (opened.Information.Flags & VolumeFlags.Dirty) != 0;
        return new WritableOpening(
            Join(readable, context! with { IntentSizeMax = mount.HalfLength }, mount, isMarked), obstacles);
    }

    /// <summary>Brings back what this machine had open, unless a sign is seen that another system has it.</summary>
    private async ValueTask<RecoveryOutcome> RecoverAsync(
        MountIdentity before, BootFinding boot, JoinParts join, CancellationToken cancellationToken)
    {
        try
        {
            OpenedVolume seen = await OpenedVolume.OpenAsync(new VolumeMedium(device), boot, join, cancellationToken);
            if (seen.Obstacles.Any(reason => SignsOfOthers.Contains(reason.Code)))
            {
                return RecoveryOutcome.ChangedByOthers;
            }
        }
        catch (DamagedMediumException)
        {
            // A torn structure is what recovery makes good. It checks every sector before it writes one.
        }

        RecoveryOutcome outcome = await IntentRecovery.RunAsync(before, medium, _writer, cancellationToken);
        if (outcome != RecoveryOutcome.ChangedByOthers)
        {
            await new MirrorRepair(boot.Geometry!, medium, _writer).RunAsync(cancellationToken);
        }

        return outcome;
    }

    private IEnumerable<ReadOnlyReason> Judge(OpenedVolume opened, RecoveryOutcome? outcome)
    {
        bool isOurs = outcome is RecoveryOutcome.Replayed or RecoveryOutcome.NothingToDo;
        foreach (ReadOnlyReason reason in opened.Obstacles.Where(reason => !isOurs || reason.Code != DirtyCode))
        {
            yield return reason;
        }

        if (outcome == RecoveryOutcome.ChangedByOthers)
        {
            yield return WriteObstacles.ChangedByOthers;
        }

        if (device.BlockLength > opened.Parts.Geometry.SectorSize)
        {
            yield return WriteObstacles.LargeBlocks;
        }

        if (opened.Parts.Geometry.IndexBlockSize < IndexBlockSizeMin)
        {
            yield return WriteObstacles.UnusualForm;
        }
    }

    /// <summary>Everything that changes are made of; nothing if a bitmap has a form that is only read.</summary>
    private async ValueTask<WriteContext?> PrepareAsync(OpenedVolume opened, CancellationToken cancellationToken)
    {
        FileStore files = opened.Parts.Files;
        VolumeGeometry geometry = opened.Parts.Geometry;
        MftFile bitmapFile = await files.GetSystemFileAsync(SystemFile.Bitmap, cancellationToken);
        MftFile mft = await files.GetSystemFileAsync(SystemFile.Mft, cancellationToken);
        StreamMap? clusters = files.FindStream(bitmapFile, AttributeType.Data, []);
        StreamMap? records = files.FindStream(mft, AttributeType.Bitmap, []);
        bool isUsual = clusters is { Resident: null, IsCompressed: false } && records is { Resident: null }
            && clusters.InitializedBytes == clusters.SizeBytes && clusters.SizeBytes * 8 >= geometry.ClusterCount;
        if (!isUsual)
        {
            return null;
        }

        long mftEnd = files.Records.Map.Extents[^1].Lcn + files.Records.Map.Extents[^1].ClusterCount;
        return new WriteContext
        {
            Geometry = geometry,
            Files = files,
            Blocks = opened.Blocks,
            Directories = opened.Directories,
            Format = new RecordFormat(geometry.RecordSize, opened.UpCase),
            Pending = medium.Pending!,
            Clusters = new ClusterAllocator(files.Reader, clusters!, geometry.ClusterCount)
            {
                Zone = (mftEnd, mftEnd + (geometry.ClusterCount / ZoneShare)),
            },
            Records = await RecordAllocator.LoadAsync(files.Reader, records!, files.Records.Count, cancellationToken),
            Device = _writer,
            Time = support.Time,
            IntentSizeMax = 0,
            DefaultSecurityId = await FindSecurityIdAsync(opened, cancellationToken),
        };
    }

    /// <summary>Reserves clusters for intents, in memory alone.</summary>
    private async ValueTask<MountIdentity?> ReserveAsync(WriteContext context, CancellationToken cancellationToken)
    {
        int clusterSize = context.Geometry.ClusterSize;
        long wanted = Math.Clamp(context.Geometry.SizeBytes / AreaShare, AreaMin, AreaMax);
        for (; wanted >= AreaMin; wanted /= 2)
        {
            long clusters = Math.Max(2, wanted / clusterSize / 2 * 2);
            var wish = new ClusterWish(clusters) { Goal = context.Geometry.ClusterCount / 2, IsContiguous = true };
            if (await context.Clusters.TakeAsync(wish, cancellationToken) is [{ } area])
            {
                byte[] id = new byte[16];
                support.Random.NextBytes(id);
                return new MountIdentity(
                    context.Geometry.SerialNumber,
                    new Guid(id),
                    area.Lcn * clusterSize,
                    area.ClusterCount * clusterSize);
            }
        }

        return null;
    }

    /// <summary>
    /// A descriptor that the volume has for ordinary files: the second, since the first is for the format.
    /// </summary>
    private static async ValueTask<uint> FindSecurityIdAsync(
        OpenedVolume opened, CancellationToken cancellationToken)
    {
        MftFile secure = await opened.Parts.Files.GetSystemFileAsync(SystemFile.Secure, cancellationToken);
        IndexTree? tree = IndexTree.Open(secure, "$SII", IndexKind.Numbers, opened.Blocks, opened.Parts.Geometry);
        if (tree is null)
        {
            return 0;
        }

        uint found = 0;
        var cursor = new IndexCursor(tree);
        await cursor.StartAsync(cancellationToken);
        for (int i = 0; i < 2 && await cursor.MoveNextAsync(cancellationToken); i++)
        {
            found = BinaryPrimitives.ReadUInt32LittleEndian(cursor.Node.Key(cursor.Index));
        }

        return found;
    }

    private NtfsWritableVolume Join(
        NtfsVolume readable, WriteContext context, MountIdentity mount, bool isMarked)
    {
        var epochs = new ReadEpochs();
        return new NtfsWritableVolume(
            readable,
            () => new WritableFiles(
                () => new WritableCore(context, Commits(context, mount, epochs), epochs, isMarked),
                new RangeWriter(medium, _writer)),
            support.Memory);
    }

    private GroupCommitter Commits(WriteContext context, MountIdentity mount, ReadEpochs epochs) =>
        new(context, new IntentLog(mount, medium, _writer), epochs) { Ended = WritingEnded };
}
