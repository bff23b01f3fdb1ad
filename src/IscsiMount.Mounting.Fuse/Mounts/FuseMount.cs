using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>
/// One mount and the threads that read its requests. Whoever takes the mount away, the readers see it last; the last
/// reader to leave closes everything, alone, so no two threads ever do that.
/// </summary>
internal sealed class FuseMount : IMount
{
    // LIMIT: libfuse needs little; the rest is for the file system, which runs on this stack.
    private const int ReaderStackLength = 1024 * 1024;

    private readonly MountPoint _mountPoint;
    private readonly MountEntry _entry;
    private readonly FuseSession _session;
    private readonly RequestServer _server;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<EndReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _readersLeft;
    private int _unmountsUnderWay;
    private volatile bool _isStopping;

    private FuseMount(
        MountRequest request, MountPoint mountPoint, FuseSession session, RequestServer server, ILogger logger)
    {
        Request = request;
        _mountPoint = mountPoint;
        _session = session;
        _server = server;
        _logger = logger;

        // Gone already if somebody was very quick. Then the readers see the end at once, and nothing is left to do.
        _entry = MountTable.Find(mountPoint.Path) ?? new MountEntry(mountPoint.Path, "0:0", MountEntry.OurType);
    }

    public MountRequest Request { get; }

    /// <summary>The number of the device that the kernel made for the mount.</summary>
    public string Device => _entry.Device;

    public Task<EndReason> Ended => _ended.Task;

    /// <summary>The requests of the kernel so far.</summary>
    public RequestCounters Counters => _server.Counters;

    /// <summary>Mounts and starts the readers. The mount point is released if that fails.</summary>
    /// <exception cref="MountException">The system refused.</exception>
    public static FuseMount Start(
        MountRequest request, MountPoint mountPoint, IFileSystem fileSystem, FuseOptions options, TimeProvider time,
        ILogger logger)
    {
        var server = new RequestServer(
            request with { MountPoint = mountPoint.Path }, fileSystem, options, time, logger);
        FuseSession? session = FuseSession.TryCreate(MountOptions.Of(request), server.UserData);
        string? refusal = session is null
            ? "libfuse takes none of its options"
            : session.TryMount(mountPoint.Path);
        if (session is null || refusal is not null)
        {
            session?.Close();
            server.Dispose();
            mountPoint.Release(logger);
            throw new MountException(
                MountFailure.Refused, $"The system does not mount at {request.MountPoint}: {refusal}.");
        }

        var mount = new FuseMount(request, mountPoint, session, server, logger);
        mount.StartReaders(options.ReaderCount);
        KernelReadAhead.Raise(mount._entry, options.ReadAheadKib, logger);
        return mount;
    }

    /// <exception cref="MountException">The mount ended before it answered.</exception>
    public async ValueTask WaitUntilAnsweringAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_server.Greeted, Ended).WaitAsync(cancellationToken);
        if (!_server.Greeted.IsCompletedSuccessfully)
        {
            throw new MountException(
                MountFailure.Refused, $"The kernel ended the mount at {Request.MountPoint} before it answered.");
        }

        _logger.Mounted(Request.Source, _mountPoint.Path);
    }

    public async ValueTask<UnmountStatus> UnmountAsync(UnmountMode mode, CancellationToken cancellationToken)
    {
        if (Ended.IsCompleted)
        {
            return UnmountStatus.Done;
        }

        // ORDER: counted before the kernel is asked, since the end may be seen before the kernel has answered.
        Interlocked.Increment(ref _unmountsUnderWay);
        if (mode == UnmountMode.Forced)
        {
            CutOff();
        }
        else if (Unmounter.TryUnmount(_entry) == UnmountStatus.Busy)
        {
            Interlocked.Decrement(ref _unmountsUnderWay);
            return UnmountStatus.Busy;
        }

        await Ended.WaitAsync(cancellationToken);
        return UnmountStatus.Done;
    }

    public async ValueTask DisposeAsync() => await UnmountAsync(UnmountMode.Forced, CancellationToken.None);

    /// <summary>
    /// Has the readers leave. The last one closes the device, which ends the connection: the way of last resort where
    /// the kernel does not end it for us, since a reader that waits must be woken by a request.
    /// </summary>
    internal void StopReaders()
    {
        _isStopping = true;
        MountProbe.Wake(_mountPoint.Path, Volatile.Read(ref _readersLeft));
    }

    private void CutOff()
    {
        if (!Unmounter.TryForce(_entry))
        {
            StopReaders();
        }
    }

    private void StartReaders(int count)
    {
        _readersLeft = count;
        for (int index = 0; index < count; index++)
        {
            var reader = new Thread(Read, ReaderStackLength) { IsBackground = true, Name = $"fuse-reader-{index}" };
            reader.Start();
        }
    }

    /// <summary>The life of a reader.</summary>
    private void Read()
    {
        try
        {
            int errno = ServeRequests();
            if (errno != 0)
            {
                // The other readers would wait for ever on a mount that does not answer.
                _logger.ReaderFailed(_mountPoint.Path, errno);
                CutOff();
            }
        }
        catch (Exception bug)
        {
            // Boundary: the head of a thread. The process and its other mounts go on.
            _logger.ReaderBroken(bug, _mountPoint.Path);
            CutOff();
        }

        if (Interlocked.Decrement(ref _readersLeft) == 0)
        {
            Close();
        }
    }

    /// <returns>0 when the mount has ended, or the number of the error that stopped this reader.</returns>
    private int ServeRequests()
    {
        nint buffer = FuseSession.NewBuffer();
        try
        {
            while (!_isStopping)
            {
                int result = _session.Receive(buffer);
                if (result > 0)
                {
                    _session.Process(buffer);
                }
                else if (result is not (-Errno.Interrupted or -Errno.TryAgain))
                {
                    return result == -Errno.Aborted ? 0 : -result;
                }
            }

            return 0;
        }
        finally
        {
            FuseSession.FreeBuffer(buffer);
        }
    }

    /// <summary>The end of the mount, on the thread of the last reader.</summary>
    private void Close()
    {
        var reason = EndReason.Failed;
        try
        {
            // ORDER: answers need the session, so it goes after the last of them. Closing it aborts a connection that
            // still stands, and takes the mount away; one that was aborted before leaves a mount, which goes then.
            _server.Drain();
            reason = FindReason();
            _session.Close();
            if (IsInTable())
            {
                Unmounter.Detach(_entry);
            }

            _server.Dispose();
            _mountPoint.Release(_logger);
        }
        catch (Exception bug)
        {
            // Boundary: the head of a thread. Whoever waits for the end learns of it all the same.
            reason = EndReason.Failed;
            _logger.ReaderBroken(bug, _mountPoint.Path);
        }

        _logger.Ended(_mountPoint.Path, reason);
        _ended.SetResult(reason);
    }

    private EndReason FindReason()
    {
        if (Volatile.Read(ref _unmountsUnderWay) > 0)
        {
            return EndReason.Unmounted;
        }

        return IsInTable() ? EndReason.Failed : EndReason.UnmountedBySystem;
    }

    private bool IsInTable() => MountTable.Contains(_entry.MountPoint, _entry.Device);
}
