using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Space;

/// <summary>
/// Hands out the numbers of file records by the bitmap of $MFT, which it holds as a whole: an eighth of a byte for a
/// file, twice. It belongs to whoever is inside the gate of changes.
/// </summary>
internal sealed class RecordAllocator
{
    // COMPAT: the records below belong to the format, also those that it does not use.
    private const int FirstForUsers = 24;

    private BitWindow _bits;
    private int _next = FirstForUsers;

    private RecordAllocator(StreamMap map, BitWindow bits)
    {
        Map = map;
        _bits = bits;
    }

    /// <summary>Where the bitmap of $MFT lies.</summary>
    public StreamMap Map { get; private set; }

    public static async ValueTask<RecordAllocator> LoadAsync(
        ExtentReader reader, StreamMap bitmap, long recordCount, CancellationToken cancellationToken)
    {
        // LIMIT: 2 GiB of records are 256 MiB of bitmap, and more than any volume has.
        byte[] content = await reader.ReadAllAsync(bitmap, int.MaxValue / 8, cancellationToken);
        var bits = new BitWindow(content, Count(recordCount, content.Length), content.Length * 8);
        return new RecordAllocator(bitmap, bits);
    }

    /// <summary>Takes a number; nothing means that $MFT has to grow first.</summary>
    public ulong? TryTake()
    {
        (int first, int length) = _bits.FindFree(_next);
        if (length == 0)
        {
            (first, length) = _bits.FindFree(FirstForUsers);
        }

        if (length == 0)
        {
            return null;
        }

        _bits.SetBusy(first, 1);
        _next = first + 1;
        return (ulong)first;
    }

    public void MarkUsed(ulong number) => _bits.SetUsed((int)number, 1);

    /// <summary>The record is in use no more. Its number stays busy until it is released.</summary>
    public void MarkFree(ulong number) => _bits.ClearUsed((int)number, 1);

    public void Release(IEnumerable<ulong> numbers)
    {
        foreach (ulong number in numbers)
        {
            _bits.ClearBusy((int)number, 1);
            _next = Math.Min(_next, (int)number);
        }
    }

    public bool IsUsed(ulong number) => number < (ulong)_bits.BitCount && _bits.IsUsed((int)number);

    /// <summary>Bytes of the bitmap as they will stand on the medium.</summary>
    public void CopyTo(long byteOffset, Span<byte> destination) => _bits.CopyTo((int)byteOffset, destination);

    /// <summary>$MFT has grown, and its bitmap with it.</summary>
    public void Grow(StreamMap map, long recordCount)
    {
        Invariant.Holds(map.SizeBytes >= Map.SizeBytes);
        byte[] content = new byte[(int)map.SizeBytes];
        _bits.CopyTo(0, content.AsSpan(0, (int)Map.SizeBytes));
        var bits = new BitWindow(content, Count(recordCount, content.Length), content.Length * 8);
        for (int bit = 0; bit < _bits.BitCount; bit++)
        {
            // What was freed lately stays busy.
            if (_bits.FindFree(bit).First != bit)
            {
                bits.SetBusy(bit, 1);
            }
        }

        _bits = bits;
        Map = map;
    }

    private static int Count(long recordCount, long bitmapBytes) => (int)Math.Min(recordCount, bitmapBytes * 8);
}
