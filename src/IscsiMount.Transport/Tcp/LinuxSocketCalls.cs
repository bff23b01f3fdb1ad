using System.Runtime.InteropServices;

namespace IscsiMount.Transport.Tcp;

/// <summary>
/// The two calls that the runtime's socket does not offer: receiving into two places, and sending many pieces without
/// waiting on a socket that stays in blocking mode.
/// </summary>
internal static unsafe partial class LinuxSocketCalls
{
    public const int ErrorInterrupted = 4;      // EINTR
    public const int ErrorWouldBlock = 11;      // EAGAIN

    private const int DoNotWait = 0x40;         // MSG_DONTWAIT
    private const int NoSignal = 0x4000;        // MSG_NOSIGNAL

    /// <summary>Whether the layouts below are those of the running system.</summary>
    public static bool AreAvailable => OperatingSystem.IsLinux() && sizeof(nint) == 8;

    /// <summary>Blocks until bytes come. Returns their count, 0 at the end of the stream, or -1.</summary>
    public static int Receive(SafeHandle socket, Span<byte> first, Span<byte> second, out int error)
    {
        fixed (byte* firstStart = first)
        fixed (byte* secondStart = second)
        {
            IoVector* pieces = stackalloc IoVector[2];
            pieces[0] = new IoVector { Start = firstStart, Length = first.Length };
            pieces[1] = new IoVector { Start = secondStart, Length = second.Length };
            var message = new MessageHeader { Pieces = pieces, PieceCount = 2 };
            nint count = ReceiveMessage(socket, &message, 0);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)count;
        }
    }

    /// <summary>Sends what the socket takes without waiting. Returns the count, or -1.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="pieces">Places in memory that is pinned.</param>
    /// <param name="error">The error number if the result is -1.</param>
    public static int TrySend(SafeHandle socket, ReadOnlySpan<IoVector> pieces, out int error)
    {
        fixed (IoVector* start = pieces)
        {
            var message = new MessageHeader { Pieces = start, PieceCount = pieces.Length };
            nint count = SendMessage(socket, &message, DoNotWait | NoSignal);
            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)count;
        }
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    // struct iovec
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public void* Start;
        public nint Length;
    }

    // struct msghdr of 64-bit Linux
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Pieces;
        public nint PieceCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }
}
