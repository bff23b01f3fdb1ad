using System.Buffers;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>
/// Reads compressed streams. The real clusters of each unit tell what it is: none, a hole; all, stored as it is;
/// fewer, LZNT1 in those clusters. The units of a range are read together.
/// </summary>
internal static class CompressedReader
{
    public static ValueTask ReadAsync(
        ExtentReader reader,
        StreamMap map,
        long offsetBytes,
        Memory<byte> destination,
        CancellationToken cancellationToken)
    {
        if (destination.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        long firstUnit = offsetBytes / map.CompressionUnitSize;
        long lastUnit = (offsetBytes + destination.Length - 1) / map.CompressionUnitSize;
        var request = new Request(reader, map, offsetBytes, destination);
        return FanOut<Request>.RunAsync(
            request,
            (int)(lastUnit - firstUnit + 1),
            reader.InFlightMax,
            static (state, index, token) => state.ReadUnitAsync(index, token),
            cancellationToken);
    }

    private sealed record Request(ExtentReader Reader, StreamMap Map, long Offset, Memory<byte> Destination)
    {
        public ValueTask ReadUnitAsync(int index, CancellationToken cancellationToken)
        {
            long unitStart = ((Offset / Map.CompressionUnitSize) + index) * Map.CompressionUnitSize;
            long from = Math.Max(Offset, unitStart);
            long to = Math.Min(Offset + Destination.Length, unitStart + Map.CompressionUnitSize);
            Memory<byte> target = Destination.Slice((int)(from - Offset), (int)(to - from));

            int written = (int)Math.Clamp(Map.InitializedBytes - from, 0, target.Length);
            target.Span[written..].Clear();
            int unitClusters = Map.CompressionUnitSize / Map.ClusterSize;
            int realClusters = CountRealClusters(unitStart / Map.ClusterSize, unitClusters);
            if (realClusters == 0 || written == 0)
            {
                target.Span.Clear();
                return ValueTask.CompletedTask;
            }

            int storedSize = realClusters * Map.ClusterSize;
            return storedSize >= Map.CompressionUnitSize
                ? Reader.ReadRawAsync(Map, from, target[..written], cancellationToken)
                : ExpandAsync(unitStart, storedSize, (int)(from - unitStart), target[..written], cancellationToken);
        }

        private async ValueTask ExpandAsync(
            long unitStart, int storedSize, int skip, Memory<byte> target, CancellationToken cancellationToken)
        {
            byte[] stored = ArrayPool<byte>.Shared.Rent(storedSize);
            byte[] plain = ArrayPool<byte>.Shared.Rent(skip == 0 ? 1 : Map.CompressionUnitSize);
            try
            {
                await Reader.ReadRawAsync(Map, unitStart, stored.AsMemory(0, storedSize), cancellationToken);
                Expand(stored.AsSpan(0, storedSize), plain, skip, target.Span);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(stored);
                ArrayPool<byte>.Shared.Return(plain);
            }
        }

        private void Expand(ReadOnlySpan<byte> stored, Span<byte> plain, int skip, Span<byte> target)
        {
            Span<byte> output = skip == 0 ? target : plain[..(skip + target.Length)];
            if (!Lznt1.TryDecompress(stored, output))
            {
                Reader.ReportDamage(Map, "a compressed chunk is damaged and reads as zero");
            }

            if (skip > 0)
            {
                output[skip..].CopyTo(target);
            }
        }

        /// <summary>The clusters at the head of a unit that exist. A unit may lie in several extents.</summary>
        private int CountRealClusters(long vcn, int unitClusters)
        {
            int real = 0;
            ReadOnlySpan<Extent> extents = Map.Extents;
            for (int i = Map.FindExtent(vcn); i < extents.Length && real < unitClusters && !extents[i].IsHole; i++)
            {
                real = (int)Math.Min(unitClusters, extents[i].EndVcn - vcn);
            }

            return real;
        }
    }
}
