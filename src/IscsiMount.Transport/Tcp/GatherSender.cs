using System.Buffers;
using System.Net.Sockets;
using IscsiMount.Primitives;

namespace IscsiMount.Transport.Tcp;

/// <summary>Sends with one system call per batch, from where the pieces lie. For Linux.</summary>
internal sealed unsafe class GatherSender(Socket socket) : ISocketSender
{
    // LIMIT: a batch of 8 commands with data has 16 pieces. More than 64 in one call gave nothing in measurements.
    private const int PiecesPerCallMax = 64;

    private readonly MemoryHandle[] _pins = new MemoryHandle[PiecesPerCallMax];

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        int sent = 0;
        while (!pieces.IsEmpty)
        {
            ReadOnlySpan<ReadOnlyMemory<byte>> some = pieces[..Math.Min(pieces.Length, PiecesPerCallMax)];
            int wanted = SendSome(some, out int taken);
            sent += taken;
            if (taken < wanted)
            {
                break;
            }

            pieces = pieces[some.Length..];
        }

        return sent;
    }

    public void WaitUntilWritable()
    {
        try
        {
            socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
        }
        catch (SocketException lost)
        {
            throw new ConnectionLostException($"The connection is gone: {lost.Message}", lost);
        }
    }

    public void Abort()
    {
        // The shutdown of the socket has released the wait.
    }

    public void Dispose()
    {
        // The socket belongs to the connection.
    }

    private int SendSome(ReadOnlySpan<ReadOnlyMemory<byte>> pieces, out int taken)
    {
        Span<LinuxSocketCalls.IoVector> vectors = stackalloc LinuxSocketCalls.IoVector[PiecesPerCallMax];
        int wanted = 0;
        int pinned = 0;
        try
        {
            for (; pinned < pieces.Length; pinned++)
            {
                _pins[pinned] = pieces[pinned].Pin();
                vectors[pinned].Start = _pins[pinned].Pointer;
                vectors[pinned].Length = pieces[pinned].Length;
                wanted += pieces[pinned].Length;
            }

            taken = Send(vectors[..pinned]);
        }
        finally
        {
            for (int i = 0; i < pinned; i++)
            {
                _pins[i].Dispose();
            }
        }

        Invariant.Holds(taken <= wanted);
        return wanted;
    }

    private int Send(ReadOnlySpan<LinuxSocketCalls.IoVector> vectors)
    {
        while (true)
        {
            int count = LinuxSocketCalls.TrySend(socket.SafeHandle, vectors, out int error);
            if (count >= 0)
            {
                return count;
            }

            if (error == LinuxSocketCalls.ErrorWouldBlock)
            {
                return 0;
            }

            if (error != LinuxSocketCalls.ErrorInterrupted)
            {
                throw SocketFaults.Lost(error);
            }
        }
    }
}
