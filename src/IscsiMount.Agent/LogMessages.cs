using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent;

/// <summary>What the agent says in the log: events 1000 to 1999. docs/OPERATIONS.md has a row for each.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Information, "Agent {Version} runs as process {ProcessId} and listens at {Endpoint}")]
    public static partial void AgentRuns(this ILogger logger, string version, int processId, string endpoint);

    [LoggerMessage(1002, LogLevel.Information, "Agent stops: {Why}")]
    public static partial void AgentStops(this ILogger logger, string why);

    [LoggerMessage(1003, LogLevel.Information, "Agent has ended")]
    public static partial void AgentEnded(this ILogger logger);

    [LoggerMessage(1004, LogLevel.Error, "Request {Method} {Route} met a bug; it is answered as unexpected")]
    public static partial void RequestMetBug(this ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(1005, LogLevel.Information, "Request {Route} was refused with {Code}: {Message} {Reason}")]
    public static partial void RequestRefused(
        this ILogger logger, string route, int code, string message, string? reason);

    [LoggerMessage(1006, LogLevel.Information, "Request {Route} was given up by its caller")]
    public static partial void RequestGivenUp(this ILogger logger, string route);
}
