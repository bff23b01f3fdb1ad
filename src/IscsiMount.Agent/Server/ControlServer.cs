using IscsiMount.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Server;

/// <summary>Listens on the socket or pipe of this user and hands each request to the dispatcher.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>LIMIT: our largest request has some 2 KiB, with a long mount point.</summary>
    private const int RequestSizeMax = 64 * 1024;

    /// <summary>LIMIT: each waiting command line is a connection. More than this is a mistake of a script.</summary>
    private const int ConnectionsMax = 256;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly AgentPaths _paths;
    private readonly WebApplication _application;

    public ControlServer(AgentPaths paths, RequestDelegate dispatch, ILoggerFactory loggers)
    {
        _paths = paths;

        // The empty builder reads no configuration files and no environment, and it starts quickest.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        if (OperatingSystem.IsWindows())
        {
            builder.WebHost.UseNamedPipes(options => options.CurrentUserOnly = true);
        }

        _application = builder.Build();
        _application.Run(dispatch);
    }

    /// <summary>Ends when requests are taken. Only the holder of the instance lock may call it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await _application.StartAsync(cancellationToken);
            return;
        }

        _paths.CheckSocketPath();

        // Whoever made this file is dead: we hold the lock.
        File.Delete(_paths.SocketPath);
        await _application.StartAsync(cancellationToken);

        // Nobody else could come in between, since the folder is closed to others.
        File.SetUnixFileMode(_paths.SocketPath, OwnerOnly);
    }

    /// <summary>Takes no more requests, and waits for those under way until the token says that it is enough.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _application.StopAsync(cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(_paths.SocketPath);
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestSizeMax;
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        if (OperatingSystem.IsWindows())
        {
            options.ListenNamedPipe(_paths.PipeName);
        }
        else
        {
            options.ListenUnixSocket(_paths.SocketPath);
        }
    }
}
