using System.Buffers;
using IscsiMount.Primitives;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// Lends memory to the commands of all sessions, and never more at once than its owner allows. Safe on any thread.
/// </summary>
internal sealed class BufferBudget(long sizeMax)
{
    private long _lentSize;

    public long LentSize => Volatile.Read(ref _lentSize);

    /// <summary>An array of at least this length, or nothing if too much is lent already.</summary>
    public byte[]? TryRent(int length)
    {
        if (Interlocked.Add(ref _lentSize, length) > sizeMax)
        {
            Interlocked.Add(ref _lentSize, -length);
            return null;
        }

        return ArrayPool<byte>.Shared.Rent(length);
    }

    /// <param name="buffer">What was lent.</param>
    /// <param name="length">The length that was asked for.</param>
    public void Return(byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        long lentSize = Interlocked.Add(ref _lentSize, -length);
        Invariant.Holds(lentSize >= 0);
    }
}
