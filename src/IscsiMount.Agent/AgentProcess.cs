using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using IscsiMount.Agent.Server;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.FileSystems.Ntfs;
using IscsiMount.Initiator;
using IscsiMount.Mounting.Fuse;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent;

/// <summary>The life of the background process: lock, log, server; then the end in the opposite order.</summary>
public sealed class AgentProcess(AgentSettings settings, TimeProvider time, Random chance)
{
    private const int LockAttemptsMax = 5;
    private static readonly TimeSpan LockRetryInterval = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource<string> _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs until somebody stops it by the API, by a signal, or by the token.</summary>
    /// <param name="ready">Called when requests are taken.</param>
    /// <param name="cancellationToken">Stops the agent as a signal does.</param>
    /// <exception cref="ControlException">
    /// It could not be started. The reason is also in the failure file, for the command that started this process and
    /// sees nothing of it.
    /// </exception>
    public async Task RunAsync(Action ready, CancellationToken cancellationToken)
    {
        try
        {
            RunFolder.Prepare(settings.Paths);
            using InstanceLock held = await TakeLockAsync(cancellationToken);
            await RunLockedAsync(ready, cancellationToken);
        }
        catch (ControlException failure) when (failure.Problem.Code != ErrorCode.AgentAlreadyRuns)
        {
            LeaveReason(failure.Problem);
            throw;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw NotStartable(denied);
        }
        catch (IOException failure) when (failure is not ControlException)
        {
            throw NotStartable(failure);
        }
    }

    // 'agent stop' tries the lock to see whether the agent is gone, and holds it for an instant.
    private async Task<InstanceLock> TakeLockAsync(CancellationToken cancellationToken)
    {
        InstanceLock? held = InstanceLock.TryTake(settings.Paths);
        for (int attempt = 1; held is null && attempt < LockAttemptsMax; attempt++)
        {
            await Task.Delay(LockRetryInterval, time, cancellationToken);
            held = InstanceLock.TryTake(settings.Paths);
        }

        return held ?? throw AlreadyRuns();
    }

    private async Task RunLockedAsync(Action ready, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = AgentLog.Open(settings.Paths, settings.LogLevel);
        ILogger logger = loggers.CreateLogger("Agent");
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
        using PosixSignalRegistration hangUp = StopOn(PosixSignal.SIGHUP);
        using CancellationTokenRegistration token = cancellationToken.Register(
            () => _stopping.TrySetResult("cancelled"));

        using var unpredictable = RandomNumberGenerator.Create();
        string name = OwnName.ReadOrMake(settings.Paths, settings.InitiatorName, unpredictable);
        var service = new AgentService(
            settings with { InitiatorName = name }, Engines(loggers, unpredictable), logger);
        var dispatcher = new Dispatcher(Routes(service), logger);
        await using var server = new ControlServer(settings.Paths, dispatcher.DispatchAsync, loggers);
        await service.StartAsync(cancellationToken);
        await server.StartAsync(cancellationToken);
        File.Delete(settings.Paths.FailurePath);
        logger.AgentRuns(settings.Version, Environment.ProcessId, settings.Paths.Endpoint);
        ready();

        logger.AgentStops(await _stopping.Task);
        using var enough = new CancellationTokenSource(settings.StopTimeout, time);
        await service.StopAsync(enough.Token);
        await server.StopAsync(enough.Token);
        logger.AgentEnded();
    }

    private Dictionary<string, Operation> Routes(AgentService service) => new()
    {
        [$"GET {ControlRoutes.State}"] = (_, _) => service.GetStateAsync(),
        [$"POST {ControlRoutes.Discover}"] = Operations.Of(ControlJson.Default.DiscoverRequest, service.DiscoverAsync),
        [$"POST {ControlRoutes.Login}"] = Operations.Of(ControlJson.Default.LoginRequest, service.LoginAsync),
        [$"POST {ControlRoutes.Logout}"] = Operations.Of(
            ControlJson.Default.LogoutRequest, (request, _) => service.LogoutAsync(request)),
        [$"POST {ControlRoutes.Mount}"] = Operations.Of(ControlJson.Default.MountRequest, service.MountAsync),
        [$"POST {ControlRoutes.Unmount}"] = Operations.Of(
            ControlJson.Default.UnmountRequest, (request, _) => service.UnmountAsync(request)),
        [$"POST {ControlRoutes.Stop}"] = (_, _) => StopSoonAsync(),
    };

    private AgentEngines Engines(ILoggerFactory loggers, RandomNumberGenerator unpredictable) => new(
        new InitiatorServices(time, chance, loggers, new TcpConnector(time)),
        [new NtfsFormat(logger: loggers.CreateLogger<NtfsFormat>())],
        new FuseMounter(new FuseOptions(), time, loggers.CreateLogger<FuseMounter>()),
        unpredictable);

    private Task<Document> StopSoonAsync()
    {
        // The server ends after the requests under way, and this is one of them.
        _stopping.TrySetResult("asked by its user");
        return Task.FromResult(new Document());
    }

    private PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _stopping.TrySetResult(signal.ToString());
    });

    private ControlException AlreadyRuns() => new(
        ErrorCode.AgentAlreadyRuns,
        "Another agent runs already.",
        $"It holds the lock {settings.Paths.LockPath}.");

    private ControlException NotStartable(Exception failure)
    {
        var problem = Problem.Of(
            ErrorCode.AgentNotStartable,
            "The agent cannot start.",
            failure.Message,
            $"Look at the folders {settings.Paths.RunFolder} and {settings.Paths.StateFolder}: "
            + "they must be yours and writable.");
        LeaveReason(problem);
        return new ControlException(problem, failure);
    }

    private void LeaveReason(Problem problem)
    {
        try
        {
            byte[] reason = JsonSerializer.SerializeToUtf8Bytes(
                new Document { Error = problem }, ControlJson.Default.Document);
            File.WriteAllBytes(settings.Paths.FailurePath, reason);
        }
        catch (IOException)
        {
            // Where the run folder takes no file, the command line finds that out by itself.
        }
        catch (UnauthorizedAccessException)
        {
            // Likewise.
        }
    }
}
