using IscsiMount.Control.Reports;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent;

/// <summary>What the agent does for its callers. Every method may be called at any time, by any number of them.</summary>
internal sealed class AgentService(AgentSettings settings, TimeProvider time, ILoggerFactory loggers)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly ILogger _logger = loggers.CreateLogger("Agent");

    /// <summary>Puts in order what an agent before us left behind.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = _logger;
        return Task.CompletedTask;
    }

    /// <summary>Unmounts, logs out. What resists until the token is cancelled is cut off.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _ = _logger;
        return Task.CompletedTask;
    }

    /// <summary>Everything that the agent holds.</summary>
    public Task<Document> GetStateAsync(CancellationToken cancellationToken)
    {
        return Task.FromResult(new Document { Agent = ReportAgent() });
    }

    private AgentReport ReportAgent() => new()
    {
        State = AgentState.Running,
        Version = settings.Version,
        ProcessId = Environment.ProcessId,
        StartedAt = _startedAt,
        Endpoint = settings.Paths.Endpoint,
        LogFolder = settings.Paths.LogFolder,
    };
}
