using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.FileSystems.Ntfs.Writing.Space;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>
/// A stream that is open for reading and writing. It holds no state of the stream: every call looks at what it is now.
/// </summary>
/// <remarks>
/// Writers of one file take turns at its gate, and hold it while the device writes. Content is on its way before the
/// change is published that refers to it, so no group ever refers to clusters with the content of others.
/// </remarks>
internal sealed class WritableStream(WritableFiles files, FileId id, string name) : IWritableFile
{
    private readonly byte[] _name = NameBytes.Of(name);
    private (MftFile File, StreamMap Map)? _known;

    public long SizeBytes => _known?.Map.SizeBytes ?? 0;

    /// <summary>Opens a stream that is there.</summary>
    public static async ValueTask<FsResult<IWritableFile>> OpenAsync(
        WritableFiles files, FileId file, string name, CancellationToken cancellationToken)
    {
        var stream = new WritableStream(files, file, name);
        FsStatus status = (await stream.MapAsync(cancellationToken)).Status;
        if (status == FsStatus.Ok)
        {
            return stream;
        }

        stream.Dispose();
        return status;
    }

    public async ValueTask<FsResult<int>> ReadAsync(
        long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offsetBytes < 0)
        {
            return FsStatus.InvalidArgument;
        }

        // ORDER: the epoch is entered before the map is looked up. Its clusters stay where they are until it is left.
        long epoch = files.Core.Epochs.Enter();
        try
        {
            FsResult<StreamMap> found = await MapAsync(cancellationToken);
            if (!found.TryGet(out StreamMap? map))
            {
                return found.Status;
            }

            int count = (int)Math.Clamp(map.SizeBytes - offsetBytes, 0, destination.Length);
            if (count > 0)
            {
                await files.Core.Context.Files.Reader.ReadAsync(
                    map, offsetBytes, count, destination, cancellationToken);
            }

            return count;
        }
        finally
        {
            files.Core.Epochs.Leave(epoch);
        }
    }

    public async ValueTask<FsStatus> WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (offsetBytes < 0 || offsetBytes > files.SizeMax - source.Length)
        {
            return FsStatus.InvalidArgument;
        }

        if (source.IsEmpty)
        {
            return FsStatus.Ok;
        }

        using AsyncGate.Permit inside = await files.GateOf(id).EnterAsync(cancellationToken);
        FsStatus status = await files.WithRoomAsync(
            () => WriteInsideAsync(offsetBytes, source, cancellationToken), cancellationToken);
        return status == FsStatus.Ok ? (await MapAsync(cancellationToken)).Status : status;
    }

    public async ValueTask<FsStatus> SetSizeAsync(long sizeBytes, CancellationToken cancellationToken)
    {
        if (sizeBytes < 0 || sizeBytes > files.SizeMax)
        {
            return FsStatus.InvalidArgument;
        }

        using AsyncGate.Permit inside = await files.GateOf(id).EnterAsync(cancellationToken);
        FsStatus status = await files.WithRoomAsync(
            () => SetSizeInsideAsync(sizeBytes, cancellationToken), cancellationToken);
        return status == FsStatus.Ok ? (await MapAsync(cancellationToken)).Status : status;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => files.Core.CommitAsync(cancellationToken);

    public FsResult<long> Seek(long offsetBytes, SeekTarget target) =>
        _known is { } known ? HoleMap.Seek(known.Map, offsetBytes, target) : FsStatus.StaleReference;

    public void Dispose()
    {
    }

    /// <summary>The stream as it is now.</summary>
    private async ValueTask<FsResult<StreamMap>> MapAsync(CancellationToken cancellationToken)
    {
        FsResult<MftFile> found = await files.GetAsync(id, cancellationToken);
        if (!found.TryGet(out MftFile? file))
        {
            return found.Status;
        }

        if (_known is { } known && ReferenceEquals(known.File, file))
        {
            return known.Map;
        }

        if (files.Core.Context.Files.FindStream(file, Layout.Records.AttributeType.Data, name) is not { } map)
        {
            return FsStatus.NoSuchAttribute;
        }

        if (map.IsEncrypted)
        {
            return FsStatus.EncryptedContent;
        }

        _known = (file, map);
        return map;
    }

    private async ValueTask<FsStatus> WriteInsideAsync(
        long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        FsResult<WritePlan> planned = await files.Core.ChangeAsync(
            change => PlanAsync(change, offset, source, cancellationToken), cancellationToken);
        if (!planned.TryGet(out WritePlan? plan) || plan.IsDone)
        {
            return planned.Status;
        }

        try
        {
            // What lay in the record moves out with the first clusters.
            if (plan.Before is { Length: > 0 } before)
            {
                await files.Writer.WriteAsync(plan.Shape!, 0, before, cancellationToken);
                plan = plan with { Shape = plan.Shape! with { InitializedSize = before.Length } };
            }

            await files.Writer.WriteAsync(plan.Shape!, offset, source, cancellationToken);
            return await files.Core.ChangeAsync(
                change => AttachAsync(change, plan, offset + source.Length, cancellationToken), cancellationToken);
        }
        finally
        {
            if (plan.Taken.Count > 0)
            {
                await files.GiveBackAsync(plan.Taken);
            }
        }
    }

    /// <summary>Writes into the record if there is room, else finds clusters for what is to be written.</summary>
    private async ValueTask<FsResult<WritePlan>> PlanAsync(
        Change change, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        FsResult<StreamImage> found = await StreamImage.FindAsync(change, id, _name, cancellationToken);
        if (!found.TryGet(out StreamImage? stream))
        {
            return found.Status;
        }

        long size = Math.Max(stream.SizeBytes, offset + source.Length);
        if (stream.Value is { } value && size <= change.Context.Geometry.RecordSize)
        {
            byte[] next = new byte[(int)size];
            value.CopyTo(next, 0);
            source.CopyTo(next.AsMemory((int)offset));
            if (stream.TrySetValue(next))
            {
                FileImage.Stamp(change, stream.Record, isModified: true);
                files.NoteStale(id);
                FsStatus status = change.Publish();
                return status == FsStatus.Ok ? new WritePlan(null, [], null) : status;
            }
        }

        long missing = stream.MissingClusters(size);
        List<Extent>? taken = missing <= 0
            ? []
            : await change.Context.Clusters.TakeAsync(
                new ClusterWish(missing) { Goal = stream.Goal }, cancellationToken);
        return taken is null ? FsStatus.NoSpace : new WritePlan(stream.Extend(taken), taken, stream.Value);
    }

    /// <summary>Lets the record refer to what has been written.</summary>
    private async ValueTask<FsStatus> AttachAsync(
        Change change, WritePlan plan, long end, CancellationToken cancellationToken)
    {
        FsResult<StreamImage> found = await StreamImage.FindAsync(change, id, _name, cancellationToken);
        if (!found.TryGet(out StreamImage? stream))
        {
            return found.Status;
        }

        // ORDER: from here on the change gives the clusters back if it fails, and nobody else does: by then they may be
        // somebody else's.
        change.Adopt([.. plan.Taken]);
        plan.Taken.Clear();
        StreamShape shape = plan.Shape!;
        stream.SetShape(shape with
        {
            DataSize = Math.Max(stream.SizeBytes, end),
            InitializedSize = Math.Max(shape.InitializedSize, end),
        });
        FileImage.Stamp(change, stream.Record, isModified: true);
        files.NoteStale(id);
        return change.Publish();
    }

    private async ValueTask<FsStatus> SetSizeInsideAsync(long size, CancellationToken cancellationToken) =>
        await files.Core.ChangeAsync(
            async change =>
            {
                FsResult<StreamImage> found = await StreamImage.FindAsync(change, id, _name, cancellationToken);
                if (!found.TryGet(out StreamImage? stream))
                {
                    return found.Status;
                }

                if (size == stream.SizeBytes)
                {
                    return FsStatus.Ok;
                }

                FsStatus status = await ResizeAsync(change, stream, size, cancellationToken);
                if (status != FsStatus.Ok)
                {
                    return change.Abandon(status);
                }

                FileImage.Stamp(change, stream.Record, isModified: true);
                files.NoteStale(id);
                return change.Publish();
            },
            cancellationToken);

    private async ValueTask<FsStatus> ResizeAsync(
        Change change, StreamImage stream, long size, CancellationToken cancellationToken)
    {
        if (stream.Value is { } value)
        {
            byte[] next = value[..(int)Math.Min(size, value.Length)];
            if (size <= change.Context.Geometry.RecordSize)
            {
                Array.Resize(ref next, (int)size);
                if (stream.TrySetValue(next))
                {
                    return FsStatus.Ok;
                }
            }
        }
        else if (size < stream.SizeBytes)
        {
            return await CutAsync(change, stream, size, cancellationToken);
        }

        return await LengthenAsync(change, stream, size, cancellationToken);
    }

    private static async ValueTask<FsStatus> CutAsync(
        Change change, StreamImage stream, long size, CancellationToken cancellationToken)
    {
        StreamShape whole = stream.Shape!;
        long clusters = (size + whole.ClusterSize - 1) / whole.ClusterSize;
        (StreamShape shape, List<Extent> freed) = whole.CutTo(clusters);
        await change.FreeAsync(freed, cancellationToken);

        // COMPAT: an empty stream lies in its record.
        if (size == 0)
        {
            return stream.TrySetValue([]) ? FsStatus.Ok : FsStatus.NoSpace;
        }

        stream.SetShape(shape with { DataSize = size, InitializedSize = Math.Min(shape.InitializedSize, size) });
        return FsStatus.Ok;
    }

    private async ValueTask<FsStatus> LengthenAsync(
        Change change, StreamImage stream, long size, CancellationToken cancellationToken)
    {
        long missing = stream.MissingClusters(size);
        List<Extent>? taken = missing <= 0
            ? []
            : await change.TakeAsync(new ClusterWish(missing) { Goal = stream.Goal }, cancellationToken);
        if (taken is null)
        {
            return FsStatus.NoSpace;
        }

        StreamShape shape = stream.Extend(taken) with { DataSize = size };
        if (stream.Value is { Length: > 0 } value)
        {
            // Nothing refers to these clusters yet, so what lay in the record is written at once.
            await files.Writer.WriteAsync(shape, 0, value, cancellationToken);
            shape = shape with { InitializedSize = value.Length };
        }

        stream.SetShape(shape);
        return FsStatus.Ok;
    }

    /// <summary>What a write is about to do.</summary>
    /// <param name="Shape">The stream with its clusters to come; null if all is done.</param>
    /// <param name="Taken">Clusters that were taken for it.</param>
    /// <param name="Before">What lay in the record and moves out, or null.</param>
    private sealed record WritePlan(StreamShape? Shape, List<Extent> Taken, byte[]? Before)
    {
        public bool IsDone => Shape is null;
    }
}
