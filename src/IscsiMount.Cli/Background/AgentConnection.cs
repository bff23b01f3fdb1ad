using System.IO.Pipes;
using System.Net.Sockets;
using IscsiMount.Agent;
using IscsiMount.Control;

namespace IscsiMount.Cli.Background;

/// <summary>The way to the agent of this user, which is started where it is needed and does not run.</summary>
internal sealed class AgentConnection(Lazy<AgentPaths> paths, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>A client of an agent that runs.</summary>
    /// <exception cref="ControlException">There is none, and it cannot be started.</exception>
    public async Task<ControlClient> OpenAsync(CancellationToken cancellationToken)
    {
        return await TryOpenAsync(cancellationToken) ?? await StartAsync(cancellationToken);
    }

    /// <summary>Null where no agent runs.</summary>
    public async Task<ControlClient?> TryOpenAsync(CancellationToken cancellationToken)
    {
        paths.Value.CheckSocketPath();
        try
        {
            // The connection that proves that somebody is there is also the one that carries the first request.
            Stream? proven = await ConnectAsync(cancellationToken);
            return new ControlClient(token => Interlocked.Exchange(ref proven, null) is { } stream
                ? ValueTask.FromResult(stream)
                : ConnectAsync(token));
        }
        catch (SocketException absent) when (IsAbsence(absent))
        {
            return null;
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (SocketException failure)
        {
            throw Unreachable(failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw Unreachable(failure);
        }
    }

    /// <summary>Ends when the process that held the lock has ended.</summary>
    public async Task WaitUntilGoneAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (IsLockHeld())
        {
            if (time.GetElapsedTime(start) > timeout)
            {
                throw new ControlException(
                    ErrorCode.TimedOut,
                    "The agent has not ended yet.",
                    $"It still holds its lock after {timeout.TotalSeconds:0.#} s.",
                    $"Its log tells what it waits for: {paths.Value.LogFolder}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private async Task<ControlClient> StartAsync(CancellationToken cancellationToken)
    {
        var start = new AgentStart(paths.Value, time);
        start.Begin();
        TimeSpan pause = TimeSpan.FromMilliseconds(5);
        while (true)
        {
            if (await TryOpenAsync(cancellationToken) is { } client)
            {
                return client;
            }

            start.GoOn();
            await Task.Delay(pause, time, cancellationToken);
            pause = pause < TimeSpan.FromMilliseconds(80) ? pause * 2 : pause;
        }
    }

    private bool IsLockHeld()
    {
        if (!File.Exists(paths.Value.LockPath))
        {
            return false;
        }

        using InstanceLock? taken = InstanceLock.TryTake(paths.Value);
        return taken is null;
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        return OperatingSystem.IsWindows()
            ? await ConnectPipeAsync(cancellationToken)
            : await ConnectSocketAsync(cancellationToken);
    }

    private async Task<Stream> ConnectSocketAsync(CancellationToken cancellationToken)
    {
        Socket? socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.Value.SocketPath), cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            socket = null;
            return stream;
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private async Task<Stream> ConnectPipeAsync(CancellationToken cancellationToken)
    {
        NamedPipeClientStream? pipe = new(
            ".", paths.Value.PipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            // A pipe that does not exist is waited for as one that is busy is; a free one is taken at once.
            await pipe.ConnectAsync(TimeSpan.FromMilliseconds(50), cancellationToken);
            NamedPipeClientStream connected = pipe;
            pipe = null;
            return connected;
        }
        finally
        {
            await (pipe?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    // No such file or a stale socket; or no folder, and if there cannot be one, the start will say why.
    private bool IsAbsence(SocketException failure)
    {
        return !Directory.Exists(paths.Value.RunFolder) || failure.SocketErrorCode
            is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.NotConnected;
    }

    private ControlException Unreachable(Exception failure)
    {
        var problem = Problem.Of(
            ErrorCode.AgentUnreachable,
            $"The agent cannot be reached at {paths.Value.Endpoint}.",
            failure.Message,
            "Check who owns the folder, and run the command as the user whose mounts are concerned.");
        return new ControlException(problem, failure);
    }
}
