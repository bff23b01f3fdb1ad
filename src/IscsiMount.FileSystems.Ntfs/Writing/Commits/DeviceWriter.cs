using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>The one type of the engine through which bytes go to the device.</summary>
internal sealed class DeviceWriter(IBlockDevice device)
{
    private readonly int _blockLength = device.BlockLength;

    // How many writes have ended, and how many of them a flush has covered.
    private long _ended;
    private long _covered;

    /// <summary>The unit of writing: every range begins and ends on it.</summary>
    public int BlockLength => _blockLength;

    /// <summary>Writes whole blocks, in transfers as long as the device likes, all under way together.</summary>
    public async ValueTask WriteAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        Invariant.Holds(offsetBytes % _blockLength == 0 && source.Length % _blockLength == 0);
        int step = Math.Max(device.Traits.TransferSizeOptimal / _blockLength, 1) * _blockLength;
        int count = (source.Length + step - 1) / step;
        await FanOut<(DeviceWriter Writer, long Offset, ReadOnlyMemory<byte> Source, int Step)>.RunAsync(
            (this, offsetBytes, source, step),
            count,
            Math.Max(device.Traits.TransfersInFlightMax, 1),
            static (all, index, token) => all.Writer.TransferAsync(
                all.Offset + ((long)index * all.Step),
                all.Source.Slice(index * all.Step, Math.Min(all.Step, all.Source.Length - (index * all.Step))),
                token),
            cancellationToken);
    }

    /// <summary>Writes many places, all of them under way together; those that lie together in one transfer.</summary>
    public ValueTask WriteAllAsync(IEnumerable<(long Offset, byte[] Bytes)> places, CancellationToken cancellationToken)
    {
        List<(long Offset, byte[] Bytes)> runs = Merge([.. places.OrderBy(place => place.Offset)]);
        return FanOut<(DeviceWriter Writer, List<(long Offset, byte[] Bytes)> Runs)>.RunAsync(
            (this, runs),
            runs.Count,
            Math.Max(device.Traits.TransfersInFlightMax, 1),
            static (all, index, token) =>
                all.Writer.TransferAsync(all.Runs[index].Offset, all.Runs[index].Bytes, token),
            cancellationToken);
    }

    /// <summary>Makes durable what was written before this call. A failed one leaves all of it to the next.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        long ended = Interlocked.Read(ref _ended);
        if (Interlocked.Read(ref _covered) >= ended)
        {
            return;
        }

        await device.FlushAsync(cancellationToken);
        for (long known = Interlocked.Read(ref _covered); known < ended;)
        {
            long seen = Interlocked.CompareExchange(ref _covered, ended, known);
            known = seen == known ? ended : seen;
        }
    }

    private static List<(long Offset, byte[] Bytes)> Merge(List<(long Offset, byte[] Bytes)> places)
    {
        // LIMIT: a copy of this size is cheaper than one more command.
        const int SizeMax = 256 * 1024;
        var runs = new List<(long Offset, byte[] Bytes)>();
        for (int first = 0; first < places.Count;)
        {
            int end = first + 1;
            long size = places[first].Bytes.Length;
            while (end < places.Count && places[end].Offset == places[first].Offset + size && size < SizeMax)
            {
                size += places[end].Bytes.Length;
                end++;
            }

            runs.Add((places[first].Offset, [.. places[first..end].SelectMany(place => place.Bytes)]));
            first = end;
        }

        return runs;
    }

    private async ValueTask TransferAsync(
        long offsetBytes, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        try
        {
            await device.WriteAsync(
                new BlockRange((ulong)(offsetBytes / _blockLength), (uint)(source.Length / _blockLength)),
                source,
                cancellationToken);
        }
        finally
        {
            // ORDER: counted when it has ended, since a flush covers no write that is still under way. One that failed
            // may have reached the device in part.
            Interlocked.Increment(ref _ended);
        }
    }
}
