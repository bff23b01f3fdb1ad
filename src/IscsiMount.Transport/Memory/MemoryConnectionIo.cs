using IscsiMount.Primitives;

namespace IscsiMount.Transport.Memory;

/// <summary>
/// One end of a connection inside of this process. It behaves as TCP does, with buffers of a chosen size: what was sent
/// before an orderly end still arrives, and an abort takes it along.
/// </summary>
public sealed class MemoryConnectionIo : IConnectionIo
{
    /// <summary>Bytes that each direction holds unless told otherwise.</summary>
    public const int DefaultCapacity = 256 * 1024;

    private readonly MemoryPipe _incoming;
    private readonly MemoryPipe _outgoing;

    private MemoryConnectionIo(MemoryPipe incoming, MemoryPipe outgoing, string localName, string remoteName)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        LocalName = localName;
        RemoteName = remoteName;
    }

    public string RemoteName { get; }

    public string LocalName { get; }

    /// <summary>Bytes that can be received without waiting.</summary>
    public int ReadableLength => _incoming.Length;

    /// <summary>Makes both ends of a connection.</summary>
    /// <param name="capacity">Bytes that each direction holds before its sender has to wait.</param>
    /// <param name="nearName">Who the near end is, as the far end sees it.</param>
    public static (MemoryConnectionIo Near, MemoryConnectionIo Far) CreatePair(
        int capacity = DefaultCapacity, string nearName = "memory:near")
    {
        var there = new MemoryPipe(capacity);
        var back = new MemoryPipe(capacity);
        return (new(back, there, nearName, "memory:far"), new(there, back, "memory:far", nearName));
    }

    public int Receive(Span<byte> first, Span<byte> second)
    {
        Invariant.Holds(!first.IsEmpty || !second.IsEmpty);
        return _incoming.Read(first, second);
    }

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        int sent = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            int taken = _outgoing.TryWrite(piece.Span);
            sent += taken;
            if (taken < piece.Length)
            {
                break;
            }
        }

        return sent;
    }

    public void WaitUntilWritable() => _outgoing.WaitUntilWritable();

    public void Abort()
    {
        _incoming.Abort();
        _outgoing.Abort();
    }

    public void Dispose()
    {
        _outgoing.EndWriting();
        _incoming.EndReading();
    }
}
