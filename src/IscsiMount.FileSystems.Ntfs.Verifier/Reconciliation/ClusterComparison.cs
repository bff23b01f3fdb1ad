using System.Buffers.Binary;
using System.Numerics;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;

/// <summary>$Bitmap against the clusters that belong to streams. Neighbours make one finding.</summary>
internal sealed class ClusterComparison(Inspection inspection, StreamBytes bitmap)
{
    private const ulong Record = 6;
    private const int ChunkLength = 1 << 20;
    private const int WordLength = sizeof(ulong);
    private const int BitsInWord = 64;

    private readonly ulong _clusterCount = inspection.Geometry.ClusterCount;
    private ulong _first;
    private ulong _count;
    private bool _isMarked;

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        ulong neededSize = (_clusterCount + 7) / 8;
        if (bitmap.Size < neededSize)
        {
            inspection.Findings.Add(
                FindingKind.BitmapSizeWrong, Record, bitmap.PlaceOf(0),
                $"it has {bitmap.Size} bytes for {_clusterCount} clusters");
            return;
        }

        if (bitmap.Size != (neededSize + 7) / 8 * 8)
        {
            inspection.Findings.Add(
                FindingKind.BitmapSizeWrong, Record, bitmap.PlaceOf(0),
                $"it has {bitmap.Size} bytes and not {(neededSize + 7) / 8 * 8}");
        }

        byte[] chunk = new byte[Math.Min(ChunkLength, bitmap.Size + WordLength)];
        for (ulong offset = 0; offset < bitmap.Size; offset += ChunkLength)
        {
            int length = (int)Math.Min(ChunkLength, bitmap.Size - offset);
            chunk.AsSpan(length).Clear();
            await bitmap.ReadAsync(offset, chunk.AsMemory(0, length), isNear: false, cancellationToken);
            CompareChunk(chunk.AsSpan(0, (length + WordLength - 1) / WordLength * WordLength), offset / WordLength);
        }

        Report();
    }

    private void CompareChunk(ReadOnlySpan<byte> chunk, ulong firstWord)
    {
        for (int i = 0; i < chunk.Length; i += WordLength)
        {
            ulong number = firstWord + (ulong)(i / WordLength);
            ulong marked = BinaryPrimitives.ReadUInt64LittleEndian(chunk[i..]);
            ulong owned = inspection.Clusters.WordAt(number);
            ulong tail = TailOf(number);
            if ((marked & tail) != tail && number * BitsInWord < _clusterCount + BitsInWord)
            {
                inspection.Findings.Add(
                    FindingKind.BitmapTailClear, Record, bitmap.PlaceOf(number * WordLength),
                    "bits behind the last cluster are clear");
            }

            CompareWord((marked ^ owned) & ~tail, marked, number * BitsInWord);
        }
    }

    // The bits of a word that stand for no cluster.
    private ulong TailOf(ulong number)
    {
        ulong first = number * BitsInWord;
        return first >= _clusterCount ? ulong.MaxValue
            : _clusterCount - first >= BitsInWord ? 0
            : ulong.MaxValue << (int)(_clusterCount - first);
    }

    private void CompareWord(ulong different, ulong marked, ulong firstCluster)
    {
        while (different != 0)
        {
            int bit = BitOperations.TrailingZeroCount(different);
            Add(firstCluster + (ulong)bit, (marked >> bit & 1) != 0);
            different &= different - 1;
        }
    }

    private void Add(ulong cluster, bool isMarked)
    {
        if (_count > 0 && cluster == _first + _count && isMarked == _isMarked)
        {
            _count++;
            return;
        }

        Report();
        (_first, _count, _isMarked) = (cluster, 1, isMarked);
    }

    private void Report()
    {
        // Clusters of what cannot be read look like leaked ones.
        if (_count > 0 && !(_isMarked && inspection.HasUnknownOwners))
        {
            inspection.Findings.Add(
                _isMarked ? FindingKind.ClusterLeaked : FindingKind.ClusterMarkedFree, null,
                inspection.Geometry.OffsetOf(_first), $"{_count} clusters from {_first}");
        }

        _count = 0;
    }
}
