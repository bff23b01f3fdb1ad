using System.Runtime.InteropServices;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>
/// Answers to the kernel. Each ends the life of the request. A result other than 0 says that nobody waits for the
/// answer any more: then what it would have given away is taken back, and nothing else happens.
/// </summary>
internal static unsafe class Reply
{
    public static int Error(nint request, int errno) => LibFuse.ReplyError(request, errno);

    public static void None(nint request) => LibFuse.ReplyNone(request);

    public static int Entry(nint request, EntryParameters entry) => LibFuse.ReplyEntry(request, &entry);

    public static int Attributes(nint request, FileStatus status, double timeoutSeconds)
        => LibFuse.ReplyAttributes(request, &status, timeoutSeconds);

    /// <param name="request">The request.</param>
    /// <param name="target">The path with a zero byte at its end.</param>
    public static int Link(nint request, ReadOnlySpan<byte> target)
    {
        fixed (byte* start = target)
        {
            return LibFuse.ReplyReadLink(request, start);
        }
    }

    public static int Open(nint request, ulong handle, OpenBehaviour behaviour)
    {
        var reply = new OpenFileInfo { Handle = handle, Behaviour = behaviour };
        return LibFuse.ReplyOpen(request, &reply);
    }

    public static int Bytes(nint request, ReadOnlySpan<byte> source)
    {
        fixed (byte* start = source)
        {
            return LibFuse.ReplyBuffer(request, start, (nuint)source.Length);
        }
    }

    public static int VolumeStatus(nint request, VolumeStatus status) => LibFuse.ReplyVolumeStatus(request, &status);

    public static int XattrLength(nint request, int length) => LibFuse.ReplyXattrLength(request, (nuint)length);

    public static int Offset(nint request, long offsetBytes) => LibFuse.ReplySeek(request, offsetBytes);

    /// <summary>Appends an entry to a listing, if there is room for it.</summary>
    /// <returns>The bytes that it takes. If that is more than the room, nothing was written.</returns>
    public static int AddEntry(
        nint request, Span<byte> room, ReadOnlySpan<byte> name, in EntryParameters entry, long nextOffset)
    {
        FileStatus status = entry.Status;
        fixed (byte* destination = room, text = name)
        {
            return (int)LibFuse.AddEntry(request, destination, (nuint)room.Length, text, &status, nextOffset);
        }
    }

    /// <summary>The same with the attributes, as an answer to READDIRPLUS.</summary>
    public static int AddEntryPlus(
        nint request, Span<byte> room, ReadOnlySpan<byte> name, EntryParameters entry, long nextOffset)
    {
        fixed (byte* destination = room, text = name)
        {
            return (int)LibFuse.AddEntryPlus(request, destination, (nuint)room.Length, text, &entry, nextOffset);
        }
    }

    /// <summary>The bytes of a text of the kernel, which live as long as the callback that got it.</summary>
    public static ReadOnlySpan<byte> Text(nint text)
        => MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text);
}
