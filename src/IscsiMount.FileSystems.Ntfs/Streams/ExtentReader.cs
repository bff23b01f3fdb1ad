using System.Buffers;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>Reads bytes of streams from the volume: translates ranges to extents and keeps the device busy.</summary>
internal sealed class ExtentReader(VolumeMedium medium)
{
    // LIMIT: one call maps this much at a time, which bounds the list of pieces however fragmented the stream is.
    private const int SlabSize = 16 * 1024 * 1024;

    /// <summary>What was changed and is not on the device yet; null on a volume that is open for reading.</summary>
    public PendingPages? Pending => medium.Pending;

    /// <summary>How many transfers may be under way together.</summary>
    public int InFlightMax => medium.TransfersInFlightMax;

    /// <summary>Receives the number of a file and what is wrong with it, where it could be read all the same.</summary>
    public Action<ulong, string>? DamageFound { get; init; }

    /// <summary>
    /// Fills the first <paramref name="count"/> bytes of the destination. What the destination has beyond may be used
    /// to read whole blocks into it, and is zero afterwards.
    /// </summary>
    public ValueTask ReadAsync(
        StreamMap map, long offsetBytes, int count, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Invariant.Holds(offsetBytes >= 0 && count <= destination.Length);
        Medium.Holds(offsetBytes <= map.SizeBytes - count, "stream", "it ends before what it should hold");

        if (map.Resident is { } resident)
        {
            resident.Slice((int)offsetBytes, count).CopyTo(destination);
            return ValueTask.CompletedTask;
        }

        if (map.IsCompressed)
        {
            return CompressedReader.ReadAsync(this, map, offsetBytes, destination[..count], cancellationToken);
        }

        return count <= SlabSize
            ? ReadSlabAsync(map, offsetBytes, count, destination, cancellationToken)
            : ReadSlabsAsync(map, offsetBytes, destination[..count], cancellationToken);
    }

    /// <summary>Reads a whole stream that must not be longer than a limit.</summary>
    public async ValueTask<byte[]> ReadAllAsync(StreamMap map, int sizeMax, CancellationToken cancellationToken)
    {
        Medium.Holds(map.SizeBytes <= sizeMax, "stream", "it is longer than it can be");

        byte[] content = new byte[(int)map.SizeBytes];
        await ReadAsync(map, 0, content.Length, content, cancellationToken);
        return content;
    }

    /// <summary>Reads what lies in the extents of a range, as it is on the medium.</summary>
    public ValueTask ReadRawAsync(
        StreamMap map, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadPiecesAsync(map, offsetBytes, destination.Length, destination, cancellationToken);

    public void ReportDamage(StreamMap map, string what) => DamageFound?.Invoke(map.File, what);

    private async ValueTask ReadSlabsAsync(
        StreamMap map, long offsetBytes, Memory<byte> destination, CancellationToken cancellationToken)
    {
        for (int done = 0; done < destination.Length;)
        {
            int count = Math.Min(SlabSize, destination.Length - done);
            await ReadSlabAsync(map, offsetBytes + done, count, destination.Slice(done, count), cancellationToken);
            done += count;
        }
    }

    private ValueTask ReadSlabAsync(
        StreamMap map, long offsetBytes, int count, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int written = (int)Math.Clamp(map.InitializedBytes - offsetBytes, 0, count);
        if (written == 0)
        {
            destination.Span[..count].Clear();
            return ValueTask.CompletedTask;
        }

        ValueTask reading = ReadPiecesAsync(map, offsetBytes, written, destination, cancellationToken);
        int end = Math.Max(count, EndOfLastBlock(map, offsetBytes + written, written, destination.Length));
        if (end == written || reading.IsCompletedSuccessfully)
        {
            // ORDER: what was never written is cleared after the read, whose last block may reach beyond it.
            destination.Span[written..end].Clear();
            return reading;
        }

        return FinishAsync(reading, destination[written..end]);

        static async ValueTask FinishAsync(ValueTask reading, Memory<byte> neverWritten)
        {
            await reading;
            neverWritten.Span.Clear();
        }
    }

    /// <summary>Cuts a range into what the device can do at once, and reads it all.</summary>
    private ValueTask ReadPiecesAsync(
        StreamMap map, long offsetBytes, int count, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var walk = new PieceWalk(map, offsetBytes, count, destination.Length, medium);
        if (!walk.MoveNext(destination))
        {
            return ValueTask.CompletedTask;
        }

        ReadPiece first = walk.Current;
        return walk.MoveNext(destination)
            ? ReadManyAsync(CollectPieces(first, walk, destination), destination, cancellationToken)
            : medium.ReadAsync(first.MediumOffset, destination.Slice(first.At, first.Length), cancellationToken);
    }

    private static (ReadPiece[] Pieces, int Count) CollectPieces(
        ReadPiece first, PieceWalk walk, Memory<byte> destination)
    {
        ReadPiece[] pieces = ArrayPool<ReadPiece>.Shared.Rent(16);
        pieces[0] = first;
        int count = 1;
        do
        {
            if (count == pieces.Length)
            {
                ReadPiece[] longer = ArrayPool<ReadPiece>.Shared.Rent(count * 2);
                pieces.CopyTo(longer, 0);
                ArrayPool<ReadPiece>.Shared.Return(pieces);
                pieces = longer;
            }

            pieces[count++] = walk.Current;
        }
        while (walk.MoveNext(destination));

        return (pieces, count);
    }

    private async ValueTask ReadManyAsync(
        (ReadPiece[] Pieces, int Count) work, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            await FanOut<(ReadPiece[] Pieces, Memory<byte> Destination, VolumeMedium Medium)>.RunAsync(
                (work.Pieces, destination, medium),
                work.Count,
                medium.TransfersInFlightMax,
                static (state, index, token) =>
                {
                    ReadPiece piece = state.Pieces[index];
                    return state.Medium.ReadAsync(
                        piece.MediumOffset, state.Destination.Slice(piece.At, piece.Length), token);
                },
                cancellationToken);
        }
        finally
        {
            ArrayPool<ReadPiece>.Shared.Return(work.Pieces);
        }
    }

    /// <summary>How far into the buffer the last block of a read may have reached.</summary>
    private int EndOfLastBlock(StreamMap map, long endBytes, int written, int room)
    {
        bool endsOnBlock = endBytes % medium.Alignment == 0 && map.ClusterSize % medium.Alignment == 0;
        return endsOnBlock ? written : (int)Math.Min(room, (long)written + medium.Alignment - 1);
    }
}
