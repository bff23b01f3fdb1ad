using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Formatting.Content;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;

namespace IscsiMount.FileSystems.Ntfs.Formatting;

/// <summary>Makes an empty NTFS volume, version 3.1, on a device. What was there before is gone.</summary>
/// <remarks>
/// <para>The boot sector is written last, behind a flush: until then there is no volume, and whoever is cut off has
/// made none. Free clusters are not touched.</para>
/// <para>It writes its structures by itself and shares no code with the engine or the verifier, which both judge what
/// it makes (ADR 0015).</para>
/// </remarks>
public sealed class NtfsFormatter(TimeProvider time, Random chance)
{
    // LIMIT: one write of the bitmap and of the log.
    private const int ChunkLength = 1 << 20;

    /// <summary>Plans and writes a volume on all of a device.</summary>
    /// <param name="device">The whole device, or a partition.</param>
    /// <param name="plan">A plan for a device of this size.</param>
    /// <param name="cancellationToken">Stops between two writes. There is no volume then.</param>
    /// <exception cref="Primitives.StorageFaultException">The device failed. There is no volume then.</exception>
    public async Task FormatAsync(IBlockDevice device, FormatPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(plan);
        plan.CheckFits(device);
        var writer = new ClusterWriter(device, plan.ClusterSize);
        await EraseBootSectorsAsync(device, plan, cancellationToken);

        var files = new SystemFiles(plan, time.GetUtcNow());
        byte[] table = files.MftBytes();
        await writer.WriteAsync(plan.Mft.Lcn, table, cancellationToken);
        await writer.WriteAsync(
            plan.Mirror.Lcn, table.AsMemory(0, plan.MirroredRecords * plan.RecordSize), cancellationToken);
        await writer.WriteAsync(plan.MftBitmap.Lcn, files.MftBitmapBytes(), cancellationToken);
        await writer.WriteAsync(plan.AttributeDefinitions.Lcn, AttributeDefinitions.Bytes(), cancellationToken);
        await writer.WriteAsync(plan.UpCase.Lcn, UpCaseTable.Bytes(), cancellationToken);
        await writer.WriteAsync(plan.Descriptors.Lcn, SecurityStream.Bytes(), cancellationToken);
        await writer.WriteAsync(plan.RootIndex.Lcn, files.RootIndexBytes(), cancellationToken);
        await FillLogAsync(writer, plan, cancellationToken);
        await WriteBitmapAsync(writer, plan, cancellationToken);
        await device.FlushAsync(cancellationToken);

        byte[] boot = BootSector.Bytes(plan, unchecked((ulong)chance.NextInt64()));
        await device.WriteAsync(
            new(device.BlockCount - 1, 1), boot.AsMemory(0, plan.SectorSize), cancellationToken);
        await writer.WriteAsync(plan.Boot.Lcn, boot, cancellationToken);
        await device.FlushAsync(cancellationToken);
    }

    // From here on nobody takes what is written for the volume that was here, or for a whole one.
    private static async Task EraseBootSectorsAsync(
        IBlockDevice device, FormatPlan plan, CancellationToken cancellationToken)
    {
        byte[] nothing = new byte[plan.SectorSize];
        await device.WriteAsync(new(0, 1), nothing, cancellationToken);
        await device.WriteAsync(new(device.BlockCount - 1, 1), nothing, cancellationToken);
        await device.FlushAsync(cancellationToken);
    }

    // A log of ones is an empty one: whoever needs it makes a new one.
    private static async Task FillLogAsync(
        ClusterWriter writer, FormatPlan plan, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[Math.Max(ChunkLength, plan.ClusterSize)];
        chunk.AsSpan().Fill(0xFF);
        ulong clustersInChunk = (ulong)(chunk.Length / plan.ClusterSize);
        for (ulong cluster = 0; cluster < plan.Log.ClusterCount; cluster += clustersInChunk)
        {
            ulong count = Math.Min(clustersInChunk, plan.Log.ClusterCount - cluster);
            await writer.WriteAsync(
                plan.Log.Lcn + cluster, chunk.AsMemory(0, (int)count * plan.ClusterSize), cancellationToken);
        }
    }

    private static async Task WriteBitmapAsync(
        ClusterWriter writer, FormatPlan plan, CancellationToken cancellationToken)
    {
        int length = Math.Max(ChunkLength, plan.ClusterSize);
        for (ulong offset = 0; offset < plan.Bitmap.Size; offset += (ulong)length)
        {
            byte[] bits = ClusterBits.Bytes(
                plan, offset * 8, (int)Math.Min((ulong)length, plan.Bitmap.Size - offset));
            await writer.WriteAsync(
                plan.Bitmap.Lcn + (offset / (ulong)plan.ClusterSize), bits, cancellationToken);
        }
    }
}
