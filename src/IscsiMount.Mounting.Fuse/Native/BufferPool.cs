using System.Runtime.InteropServices;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>
/// Buffers for answers, of 1 MiB each, in huge pages: the kernel pins every page of an answer, and with 512 times fewer
/// of them a read of 1 MiB costs half the processor time. The last one given back is the next one taken, since it is
/// still in the processor's cache.
/// </summary>
internal sealed unsafe class BufferPool : IDisposable
{
    /// <summary>LIMIT: the largest read of the kernel, 256 pages.</summary>
    public const int SlotLength = 1024 * 1024;

    /// <summary>LIMIT: 64 MiB, enough for all background reads that the kernel may have under way.</summary>
    private const int SlotsMax = 64;

    private const int ArenaLength = 2 * 1024 * 1024;
    private const int PageLength = 4096;

    private readonly Lock _gate = new();
    private readonly Stack<NativeBuffer> _free = new(SlotsMax);
    private readonly List<nint> _arenas = [];

    /// <summary>A buffer of at least this length. Its content is undefined.</summary>
    public NativeBuffer Rent(int length)
    {
        if (length <= SlotLength)
        {
            lock (_gate)
            {
                if (_free.Count > 0 || TryGrow())
                {
                    return _free.Pop();
                }
            }
        }

        int rounded = Math.Max(PageLength, length);
        return new NativeBuffer((nint)NativeMemory.AlignedAlloc((nuint)rounded, PageLength), rounded, isPooled: false);
    }

    public void Return(NativeBuffer buffer)
    {
        if (!buffer.IsPooled)
        {
            NativeMemory.AlignedFree((void*)buffer.Start);
            return;
        }

        lock (_gate)
        {
            _free.Push(buffer);
        }
    }

    /// <summary>Frees the memory. Every buffer has been given back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Invariant.Holds(_free.Count == _arenas.Count * (ArenaLength / SlotLength));
            _arenas.ForEach(static arena => NativeMemory.AlignedFree((void*)arena));
            _arenas.Clear();
            _free.Clear();
        }
    }

    private bool TryGrow()
    {
        if ((_arenas.Count + 1) * (ArenaLength / SlotLength) > SlotsMax)
        {
            return false;
        }

        byte* arena = (byte*)NativeMemory.AlignedAlloc(ArenaLength, ArenaLength);
        LibC.AdviseHuge(arena, ArenaLength);
        _arenas.Add((nint)arena);
        for (int start = ArenaLength - SlotLength; start >= 0; start -= SlotLength)
        {
            _free.Push(new NativeBuffer((nint)(arena + start), SlotLength, isPooled: true));
        }

        return true;
    }
}
