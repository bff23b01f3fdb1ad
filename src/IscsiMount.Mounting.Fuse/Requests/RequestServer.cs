using System.Runtime.InteropServices;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Handlers;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>
/// The boundary between the kernel and the handlers of one mount. A handler that does not have to wait is answered on
/// the reader's thread; any other is answered on the thread that ends its wait. There is no queue in between.
/// </summary>
internal sealed class RequestServer : IDisposable
{
    // Not among them is FUSE_CAP_ASYNC_DIO: with it a program that reads past the cache (O_DIRECT) cannot be killed
    // while the device does not answer, since the kernel then waits for its own asynchronous request.
    private const KernelCapabilities Wanted =
        KernelCapabilities.AsyncRead | KernelCapabilities.ReadDirPlus |
        KernelCapabilities.ParallelDirectoryOperations | KernelCapabilities.CacheSymlinks;

    private readonly FuseOptions _options;
    private readonly ILogger _logger;
    private readonly RequestTable _table;
    private readonly SignalledClients _signalled;
    private readonly FuseHandlers _handlers;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GCHandle _self;

    public RequestServer(
        MountRequest request, IFileSystem fileSystem, FuseOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _table = new RequestTable(Complete);
        _signalled = new SignalledClients(_table, time, logger);
        _handlers = new FuseHandlers(request, fileSystem, options, logger);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>What finds this object again in a callback, until it is disposed of.</summary>
    public nint UserData => GCHandle.ToIntPtr(_self);

    /// <summary>Ends when the kernel and we have agreed on the session. From then on the mount answers.</summary>
    public Task Greeted => _greeted.Task;

    public RequestCounters Counters { get; } = new();

    public static RequestServer Of(nint userData) => (RequestServer)GCHandle.FromIntPtr(userData).Target!;

    /// <summary>Agrees with the kernel on what the session can do: the first callback of all.</summary>
    public void Greet(ref ConnectionParameters connection)
    {
        connection.Wanted = Wanted & connection.Capable;
        connection.ReadAheadLengthMax = Math.Max(connection.ReadAheadLengthMax, (uint)_options.ReadAheadKib * 1024);
        connection.BackgroundRequestsMax = _options.BackgroundRequestsMax;
        connection.CongestionThreshold = _options.BackgroundRequestsMax / 4 * 3;
        connection.TimeGranularityNanoseconds = 100;
        _handlers.Content.KernelCanDoWithoutOpen = connection.Capable.HasFlag(KernelCapabilities.NoOpenSupport);
        _logger.Greeted(LibFuse.Version(), connection.ProtocolMajor, connection.ProtocolMinor);
        _greeted.SetResult();
    }

    /// <summary>Runs a handler and sees to it that the request is answered, whatever happens. Never throws.</summary>
    public void Serve<T>(
        nint handle, RequestKind kind, T arguments, Func<FuseHandlers, FuseRequest, T, ValueTask> handler)
    {
        FuseRequest request = _table.Begin(handle, kind);
        Counters.Add(kind);
        try
        {
            // ORDER: before the handler runs, since afterwards another thread may have answered and freed the request.
            Callbacks.WatchForInterrupt(handle);
            request.Keep(handler(_handlers, request, arguments));
        }
        catch (Exception failure)
        {
            // Boundary: the caller is native code, and an exception that reaches it ends the process.
            request.Keep(ValueTask.FromException(failure));
        }

        if (request.Work.IsCompleted)
        {
            Complete(request);
        }
        else
        {
            request.Work.GetAwaiter().UnsafeOnCompleted(request.Continuation);
        }
    }

    /// <summary>The client of a request got a signal. It may have been answered meanwhile. It never throws.</summary>
    public void Interrupt(nint handle, int thread)
    {
        _signalled.Add(handle, thread);
        Counters.AddSignal();
    }

    /// <summary>
    /// Ends the work once no request can come any more: gives up what waits, and blocks until the last handler is done.
    /// </summary>
    public void Drain()
    {
        try
        {
            _table.CancelAll();
        }
        catch (AggregateException failure)
        {
            _logger.InterruptFailed(failure);
        }

        _table.WaitUntilNone();
    }

    /// <summary>The session is gone: frees what the kernel held.</summary>
    public void Dispose()
    {
        _greeted.TrySetCanceled();
        _signalled.Dispose();
        _handlers.Dispose();
        _self.Free();
    }

    private void Complete(FuseRequest request)
    {
        RequestKind kind = request.Kind;
        try
        {
            request.Work.GetAwaiter().GetResult();
            Invariant.Holds(request.IsAnswered);
        }
        catch (OperationCanceledException) when (request.CancellationToken.IsCancellationRequested)
        {
            Fail(request, Errno.Interrupted);
        }
        catch (StorageFaultException fault)
        {
            _logger.RequestFaulted(fault, kind);
            Fail(request, Errno.InputOutput);
        }
        catch (Exception bug)
        {
            // Boundary: nobody above us, and a client that waits for an answer. It gets one, and the mount goes on.
            _logger.RequestBroken(bug, kind);
            Fail(request, Errno.InputOutput);
        }

        _table.End(request);
    }

    private static void Fail(FuseRequest request, int errno)
    {
        if (!request.IsAnswered)
        {
            request.ReplyError(errno);
        }
    }
}
