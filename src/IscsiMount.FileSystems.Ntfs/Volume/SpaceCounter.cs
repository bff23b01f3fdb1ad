using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>Counts how full the volume is: once, when somebody asks for the first time.</summary>
internal sealed class SpaceCounter(FileStore files, CancellationToken lifetime)
{
    // LIMIT: large enough to keep the device busy, small beside any bitmap that takes long.
    private const int ChunkSize = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private Task<VolumeSpace>? _counting;
    private Task _work = Task.CompletedTask;

    /// <summary>Ends when nothing is under way any more. The lifetime has been cancelled before.</summary>
    public async ValueTask StopAsync()
    {
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }

    public async ValueTask<VolumeSpace> GetAsync(CancellationToken cancellationToken)
    {
        // The count goes on for the others when one caller gives up.
        return await Counting().WaitAsync(cancellationToken);
    }

    private Task<VolumeSpace> Counting()
    {
        var source = new TaskCompletionSource<VolumeSpace>();
        lock (_lock)
        {
            // A count that faulted is begun anew: the device may be back.
            if (_counting is { IsFaulted: false, IsCanceled: false })
            {
                return _counting;
            }

            _counting = source.Task;
        }

        // ORDER: the device is not called under the lock, since its answer may come before the call returns.
        _work = CountIntoAsync(source);
        return source.Task;
    }

    private async Task CountIntoAsync(TaskCompletionSource<VolumeSpace> result)
    {
        try
        {
            result.SetResult(await CountAsync());
        }
        catch (StorageFaultException fault)
        {
            result.SetException(fault);
        }
        finally
        {
            // Whatever else ended the count, nobody is left waiting.
            result.TrySetCanceled(lifetime);
        }
    }

    private async ValueTask<VolumeSpace> CountAsync()
    {
        long clusterSize = files.Geometry.ClusterSize;
        MftFile bitmap = await files.GetSystemFileAsync(SystemFile.Bitmap, lifetime);
        StreamMap? clusters = files.FindStream(bitmap, AttributeType.Data, []);
        Medium.Holds(clusters is not null, "$Bitmap", "it has no $DATA");
        MftFile mft = await files.GetSystemFileAsync(SystemFile.Mft, lifetime);
        StreamMap? records = files.FindStream(mft, AttributeType.Bitmap, []);

        long freeClusters = await CountFreeAsync(clusters, files.Geometry.ClusterCount);
        long recordCount = files.Records.Count;
        long freeRecords = records is null ? 0 : await CountFreeAsync(records, recordCount);
        long recordsToCome = freeClusters * clusterSize / files.Geometry.RecordSize;
        return new VolumeSpace(
            files.Geometry.ClusterCount * clusterSize,
            freeClusters * clusterSize,
            (ulong)(recordCount + recordsToCome),
            (ulong)(freeRecords + recordsToCome));
    }

    /// <summary>Counts the zero bits among the first ones of a bitmap. What it does not cover is not free.</summary>
    private async ValueTask<long> CountFreeAsync(StreamMap bitmap, long bitCount)
    {
        long covered = Math.Min(bitCount, bitmap.SizeBytes > long.MaxValue / 8 ? bitCount : bitmap.SizeBytes * 8);
        long size = (covered + 7) / 8;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkSize, Math.Max(size, 1)));
        try
        {
            long used = 0;
            for (long at = 0; at < size; at += ChunkSize)
            {
                int length = (int)Math.Min(ChunkSize, size - at);
                await files.Reader.ReadAsync(bitmap, at, length, buffer.AsMemory(0, length), lifetime);
                used += CountUsed(buffer.AsSpan(0, length), Math.Min(length * 8L, covered - (at * 8)));
            }

            return covered - used;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long CountUsed(Span<byte> bits, long bitCount)
    {
        // The last byte may hold bits of what is not there.
        if (bitCount % 8 != 0)
        {
            bits[^1] &= (byte)((1 << (int)(bitCount % 8)) - 1);
        }

        long used = 0;
        int whole = bits.Length / sizeof(ulong) * sizeof(ulong);
        for (int at = 0; at < whole; at += sizeof(ulong))
        {
            used += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bits[at..]));
        }

        foreach (byte rest in bits[whole..])
        {
            used += BitOperations.PopCount(rest);
        }

        return used;
    }
}
