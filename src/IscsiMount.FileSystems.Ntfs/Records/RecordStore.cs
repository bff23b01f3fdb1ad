using System.Buffers;
using IscsiMount.FileSystems.Ntfs.Caching;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>
/// Reads records of $MFT by number, and keeps those that were asked for lately. Neighbours that come along in the same
/// transfer are kept too, since files that were made together are mostly read together.
/// </summary>
internal sealed class RecordStore(ExtentReader reader, StreamMap mft, int recordSize, long cacheBytesMax)
{
    private volatile StreamMap _mft = mft;

    // LIMIT: a transfer of this size takes hardly longer than one of a single record.
    private const int WindowSize = 4096;

    // LIMIT: two records this close are cheaper to read in one transfer with what lies between them.
    private const int GapSizeMax = 16 * 1024;
    private const int RunSizeMax = 128 * 1024;

    private readonly ClockCache<ulong, MftRecord> _cache = new(cacheBytesMax);

    /// <summary>Records that $MFT has, in use or not.</summary>
    public long Count => Math.Min(_mft.InitializedBytes, _mft.SizeBytes) / recordSize;

    /// <summary>Where the records lie. It changes when $MFT grows.</summary>
    public StreamMap Map
    {
        get => _mft;
        set => _mft = value;
    }

    public bool TryGetCached(ulong number, out MftRecord? record) => _cache.TryGet(number, out record);

    /// <summary>Puts a record that was changed in the place of what was read before.</summary>
    public void Replace(MftRecord record) => _cache.Replace(record.Number, record, record.Footprint);

    /// <summary>Counts what was derived from a record and is kept with it.</summary>
    public void Grow(ulong number, int bytes) => _cache.Grow(number, bytes);

    /// <summary>The record of a number; null if $MFT has no such record, or it was never used.</summary>
    /// <exception cref="DamagedMediumException">The record is damaged.</exception>
    public ValueTask<MftRecord?> GetAsync(ulong number, CancellationToken cancellationToken)
    {
        if (_cache.TryGet(number, out MftRecord? record))
        {
            return new ValueTask<MftRecord?>(record);
        }

        return number < (ulong)Count
            ? ReadAsync((long)number, cancellationToken)
            : new ValueTask<MftRecord?>((MftRecord?)null);
    }

    /// <summary>
    /// Brings many records into the cache, in as few transfers as is sensible and many of them at once. What is
    /// damaged is left out: it is reported when it is asked for.
    /// </summary>
    public ValueTask PrefetchAsync(IEnumerable<ulong> numbers, CancellationToken cancellationToken)
    {
        long[] wanted = [.. numbers
            .Where(number => number < (ulong)Count && !_cache.TryGet(number, out _))
            .Select(number => (long)number)
            .Distinct()
            .Order()];
        List<RecordRun> runs = Merge(wanted);
        return FanOut<(RecordStore Store, List<RecordRun> Runs)>.RunAsync(
            (this, runs),
            runs.Count,
            reader.InFlightMax,
            static async (state, index, token) => await state.Store.ReadRunAsync(state.Runs[index], token),
            cancellationToken);
    }

    private List<RecordRun> Merge(long[] wanted)
    {
        int gapMax = GapSizeMax / recordSize;
        int countMax = RunSizeMax / recordSize;
        var runs = new List<RecordRun>();
        foreach (long number in wanted)
        {
            RecordRun last = runs.Count == 0 ? default : runs[^1];
            bool isNear = last.Count > 0 && number - last.End <= gapMax && number - last.First < countMax;
            if (isNear)
            {
                runs[^1] = last with { Count = (int)(number - last.First) + 1 };
            }
            else
            {
                runs.Add(new RecordRun(number, 1));
            }
        }

        return runs;
    }

    private async ValueTask<MftRecord?> ReadAsync(long number, CancellationToken cancellationToken)
    {
        int windowCount = Math.Max(1, WindowSize / recordSize);
        long first = number / windowCount * windowCount;
        int count = (int)Math.Min(windowCount, Count - first);
        int size = count * recordSize;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            long seen = reader.Pending?.Version ?? 0;
            await reader.ReadAsync(_mft, first * recordSize, size, buffer.AsMemory(0, size), cancellationToken);
            Memory<byte> wanted = buffer.AsMemory((int)(number - first) * recordSize, recordSize);
            if (IsNeverUsed(wanted.Span))
            {
                return null;
            }

            var record = MftRecord.Read((ulong)number, wanted.Span);
            KeepSound(first, buffer.AsSpan(0, size), exceptNumber: number, seen);
            return Keep(record, seen);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask ReadRunAsync(RecordRun run, CancellationToken cancellationToken)
    {
        int size = run.Count * recordSize;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            long seen = reader.Pending?.Version ?? 0;
            await reader.ReadAsync(_mft, run.First * recordSize, size, buffer.AsMemory(0, size), cancellationToken);
            KeepSound(run.First, buffer.AsSpan(0, size), exceptNumber: -1, seen);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Keeps the records that can be read. Unused and damaged ones are no concern of who asked for others.
    /// </summary>
    private void KeepSound(long first, Span<byte> records, long exceptNumber, long seen)
    {
        for (int i = 0; i < records.Length / recordSize; i++)
        {
            Span<byte> raw = records.Slice(i * recordSize, recordSize);
            ulong number = (ulong)(first + i);
            if (first + i == exceptNumber || !MftRecord.IsSigned(raw) || _cache.TryGet(number, out _))
            {
                continue;
            }

            try
            {
                Keep(MftRecord.Read(number, raw), seen);
            }
            catch (DamagedMediumException)
            {
                // Whoever asks for this record reads it again, and is told.
            }
        }
    }

    private MftRecord Keep(MftRecord record, long seen) =>
        reader.Pending is not { } pending
            ? _cache.Add(record.Number, record, record.Footprint)
            : pending.KeepIfCurrent(seen, () => _cache.Add(record.Number, record, record.Footprint), record);

    /// <summary>Windows leaves records that were never used as zeroes, without a signature.</summary>
    private static bool IsNeverUsed(ReadOnlySpan<byte> raw) => !raw.ContainsAnyExcept((byte)0);

    private readonly record struct RecordRun(long First, int Count)
    {
        public long End => First + Count;
    }
}
