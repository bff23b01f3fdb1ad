using System.Buffers;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>Memory that the collector does not move, as a file system wants to see it. Its pool frees it.</summary>
internal sealed class NativeBuffer
{
    public NativeBuffer(nint start, int length, bool isPooled)
    {
        Start = start;
        IsPooled = isPooled;
        Memory = new View(start, length).Memory;
    }

    public nint Start { get; }

    /// <summary>Whether it is a slot of the pool, or was made for one request.</summary>
    public bool IsPooled { get; }

    public Memory<byte> Memory { get; }

    public Span<byte> Span => Memory.Span;

    private sealed unsafe class View(nint start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new((void*)start, length);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            Invariant.Holds(elementIndex >= 0 && elementIndex <= length);
            return new MemoryHandle((byte*)start + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
