using System.Diagnostics.CodeAnalysis;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>
/// One request of the kernel while it is under way. It is answered exactly once, by one of the methods that begin with
/// Reply, from any thread. The object is used again for later requests; a handler forgets it when its task ends.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source of tokens without a timer holds nothing to dispose of.")]
internal sealed class FuseRequest
{
    private readonly RequestTable _table;
    private readonly char[] _name = new char[Wtf8.UnitsMax];
    private CancellationTokenSource _cancellation = new();
    private bool _isCancellationTaken;

    public FuseRequest(RequestTable table, Action<FuseRequest> continued)
    {
        _table = table;
        Continuation = () => continued(this);
    }

    /// <summary>What libfuse calls the request; 0 once it is answered.</summary>
    public nint Handle { get; private set; }

    public RequestKind Kind { get; private set; }

    public bool IsAnswered => Handle == 0;

    /// <summary>The thread that waits, if it got a signal meanwhile. It belongs to the table's lock.</summary>
    public int? SignalledThread { get; set; }

    /// <summary>Cancelled when the client is being killed, and when the mount goes away by force.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>What the handler does.</summary>
    public ValueTask Work { get; private set; }

    /// <summary>What runs when the work ends, if it has to wait.</summary>
    public Action Continuation { get; }

    public void Begin(nint handle, RequestKind kind)
    {
        Handle = handle;
        Kind = kind;
    }

    public void Keep(ValueTask work) => Work = work;

    /// <summary>Makes the object ready for the next request. The table calls it under its lock.</summary>
    public void Reset()
    {
        Work = default;
        SignalledThread = null;

        // Whoever took the source may cancel it at any later time, and must not meet the next request then.
        if (_isCancellationTaken)
        {
            _cancellation = new CancellationTokenSource();
            _isCancellationTaken = false;
        }
    }

    /// <summary>Gives the source of the token to somebody who cancels it. The table calls it under its lock.</summary>
    public CancellationTokenSource TakeCancellation()
    {
        _isCancellationTaken = true;
        return _cancellation;
    }

    /// <summary>Reads a name out of the kernel's memory, which is only valid until the callback returns.</summary>
    public FsResult<ReadOnlyMemory<char>> ReadName(nint text)
    {
        return Wtf8.Decode(Reply.Text(text), _name, out int length) switch
        {
            FsStatus.Ok => FsResult.Of<ReadOnlyMemory<char>>(_name.AsMemory(0, length)),
            FsStatus failure => failure,
        };
    }

    public void ReplyStatus(FsStatus failure) => ReplyError(Errno.From(failure));

    public void ReplyError(int errno) => Reply.Error(Take(), errno);

    public void ReplyNone() => Reply.None(Take());

    /// <returns>Whether the kernel took the entry, and with it one reference to the inode.</returns>
    public bool ReplyEntry(in EntryParameters entry) => Reply.Entry(Take(), entry) == 0;

    public void ReplyAttributes(in FileStatus status, double timeoutSeconds)
        => Reply.Attributes(Take(), status, timeoutSeconds);

    /// <param name="target">The path with a zero byte at its end.</param>
    public void ReplyLink(ReadOnlySpan<byte> target) => Reply.Link(Take(), target);

    /// <returns>Whether the kernel took the handle and will give it back.</returns>
    public bool ReplyOpen(ulong handle, OpenBehaviour behaviour) => Reply.Open(Take(), handle, behaviour) == 0;

    /// <returns>Whether the kernel took the bytes.</returns>
    public bool ReplyBytes(ReadOnlySpan<byte> source) => Reply.Bytes(Take(), source) == 0;

    public void ReplyVolumeStatus(in VolumeStatus status) => Reply.VolumeStatus(Take(), status);

    public void ReplyXattrLength(int length) => Reply.XattrLength(Take(), length);

    public void ReplyOffset(long offsetBytes) => Reply.Offset(Take(), offsetBytes);

    /// <summary>Ends the request on our side.</summary>
    private nint Take()
    {
        Invariant.Holds(!IsAnswered);

        // ORDER: it leaves the table before libfuse frees it, since the next request may get the same address.
        nint handle = Handle;
        _table.Remove(handle);
        Handle = 0;
        return handle;
    }
}
